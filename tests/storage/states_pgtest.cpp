#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

/// The texts that the check constraint on one column of a table allows.
std::set<std::string> allowed(const std::string& constraint) {
  static const std::regex text("'([a-z_]+)'::text");
  std::set<std::string> texts;
  for (std::sregex_iterator match(constraint.begin(), constraint.end(), text), end; match != end; ++match) {
    texts.insert((*match)[1]);
  }
  return texts;
}

/// First cells, in backticks, of the table rows below a heading row that starts with `first`.
std::set<std::string> documented(const std::string& section, const std::string& first) {
  std::ifstream page(GLISSON_SOURCE_DIR "/docs/states.md");
  std::set<std::string> names;
  std::string line;
  bool in_section = false;
  bool in_table = false;
  while (std::getline(page, line)) {
    if (line.starts_with("## ")) in_section = line == "## " + section;
    if (!line.starts_with("|")) in_table = false;
    if (in_section && line.starts_with("| " + first + " |")) in_table = true;
    if (in_table && line.starts_with("| `")) names.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return names;
}

/// The states at both ends of the arrows of a section's diagram.
std::set<std::string> drawn(const std::string& section) {
  static const std::regex arrow(R"(^  (\S+) --> ([a-z_]+|\[\*\]))");
  std::ifstream page(GLISSON_SOURCE_DIR "/docs/states.md");
  std::set<std::string> names;
  std::string line;
  bool in_section = false;
  while (std::getline(page, line)) {
    if (line.starts_with("## ")) in_section = line == "## " + section;
    std::smatch match;
    if (in_section && std::regex_search(line, match, arrow)) names.insert({match[1], match[2]});
  }
  names.erase("[*]");
  return names;
}

TEST(States, AreThoseThatTheirPageNames) {
  const tests::TestDatabase database;
  database.connect();
  const auto constraint = [&](const std::string& name) {
    return allowed(
        database.value("select pg_get_constraintdef(oid) from pg_constraint where conname = '" + name + "'"));
  };
  ASSERT_FALSE(constraint("job_state_check").empty());
  EXPECT_EQ(documented("Jobs", "state"), constraint("job_state_check"));
  EXPECT_EQ(drawn("Jobs"), constraint("job_state_check"));
  EXPECT_EQ(documented("Jobs", "kind"), constraint("job_kind_check"));
  EXPECT_EQ(documented("Instances", "state"), constraint("instance_state_check"));
  EXPECT_EQ(drawn("Instances"), constraint("instance_state_check"));
}

}  // namespace
}  // namespace glisson::storage
