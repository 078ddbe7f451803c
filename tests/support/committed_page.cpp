#include "tests/support/committed_page.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace glisson::tests {
namespace {

std::filesystem::path path_of(const std::string& page) {
  return std::filesystem::path(GLISSON_SOURCE_DIR) / "docs" / page;
}

std::string begin_of(const std::string& part) { return "<!-- generated: " + part + " -->\n"; }
std::string end_of(const std::string& part) { return "<!-- end of " + part + " -->\n"; }

/// The page with its parts as they are given. Expects every part to have its place, and the reverse.
std::string with_parts(const std::string& page, std::string text, const GeneratedParts& parts) {
  static const std::regex marker("<!-- generated: ([a-z0-9-]+) -->");
  std::multiset<std::string> places;
  for (std::sregex_iterator match(text.begin(), text.end(), marker), last; match != last; ++match) {
    places.insert((*match)[1]);
  }
  for (const std::string& place : places) {
    EXPECT_TRUE(parts.contains(place)) << "docs/" << page << ": nothing generates the part " << place;
  }
  for (const auto& [name, content] : parts) {
    EXPECT_EQ(places.count(name), 1U) << "docs/" << page << ": places of the part " << name;
    const std::size_t begin = text.find(begin_of(name));
    const std::size_t end = text.find(end_of(name));
    if (begin == std::string::npos || end == std::string::npos || end < begin) {
      ADD_FAILURE() << "docs/" << page << ": the part " << name << " does not begin or end";
      continue;
    }
    const std::size_t from = begin + begin_of(name).size();
    text.replace(from, end - from, "\n" + content + "\n");
  }
  return text;
}

}  // namespace

std::string read_page(const std::string& page) {
  std::stringstream text;
  const std::ifstream file(path_of(page));
  if (!file) throw std::runtime_error("there is no docs/" + page);
  text << file.rdbuf();
  return text.str();
}

void expect_page(const std::string& page, const GeneratedParts& parts) {
  if (std::getenv("GLISSON_WRITE_DOCS") != nullptr) {
    const std::string text = with_parts(page, read_page(page), parts);
    std::ofstream(path_of(page)) << text;
  }
  const std::string committed = read_page(page);
  EXPECT_EQ(committed, with_parts(page, committed, parts))
      << "docs/" << page
      << " says something else than the code. This writes all generated parts of all pages anew:\n"
         "  cmake --build build --target docs";
}

std::string table_cell(std::string text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c == '\n' ? ' ' : c;
  }
  return cell;
}

}  // namespace glisson::tests
