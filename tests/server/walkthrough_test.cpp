#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// docs/walkthrough.md links "`Class::function`" to the file that defines it.
TEST(Walkthrough, EveryFunctionIsDefinedWhereItSays) {
  const auto docs = std::filesystem::path(GLISSON_SOURCE_DIR) / "docs";
  const std::string text = read(docs / "walkthrough.md");
  const std::regex link(R"(\[`(?:\w+::)?(\w+)`\]\(([^)]+)\))");
  int links = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end; ++match, ++links) {
    const std::string function = (*match)[1];
    const auto file = docs / (*match)[2].str();
    // A definition: at the start of a line or indented, a return type before it, its body on the same
    // statement.
    const std::regex definition(R"(\n[^\n/;=]*[\w>&*:]\s+&?(?:\w+::)*)" + function + R"(\()");
    EXPECT_TRUE(std::regex_search("\n" + read(file), definition))
        << function << " is not defined in " << file;
  }
  EXPECT_GE(links, 25);
}

}  // namespace
