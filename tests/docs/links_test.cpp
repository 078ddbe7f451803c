#include <gtest/gtest.h>

#include <cctype>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace glisson {
namespace {

namespace fs = std::filesystem;

/// What a page says about other pages, outside of code.
struct Page {
  std::vector<std::string> links;
  std::set<std::string> anchors;
};

/// The anchor of a heading as GitHub makes it: lower-case, without punctuation, spaces as hyphens.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

Page read(const fs::path& path) {
  static const std::regex code("`[^`]*`");
  static const std::regex link(R"(\]\(<?([^)\s>]+)>?\))");
  static const std::regex markup("\\[([^\\]]*)\\]\\([^)]*\\)");
  Page page;
  std::map<std::string, int> times;
  std::ifstream file(path);
  std::string line;
  bool in_code = false;
  while (std::getline(file, line)) {
    if (line.starts_with("```")) in_code = !in_code;
    if (in_code) continue;
    if (line.starts_with('#')) {
      const auto text = line.find_first_not_of("# ");
      const std::string anchor = anchor_of(std::regex_replace(line.substr(text), markup, "$1"));
      const int before = times[anchor]++;
      page.anchors.insert(before == 0 ? anchor : anchor + "-" + std::to_string(before));
    }
    const std::string prose = std::regex_replace(line, code, "");
    for (std::sregex_iterator match(prose.begin(), prose.end(), link), last; match != last; ++match) {
      page.links.push_back((*match)[1]);
    }
  }
  return page;
}

/// Every page of the repository, by its path in it.
std::map<fs::path, Page> read_pages() {
  const fs::path root = GLISSON_SOURCE_DIR;
  std::map<fs::path, Page> pages;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    const std::string name = entry->path().filename().string();
    const bool foreign = name.starts_with('.') || name.starts_with("build") || name == "node_modules";
    if (entry->is_directory() && foreign) {
      entry.disable_recursion_pending();
    } else if (entry->path().extension() == ".md") {
      pages[fs::relative(entry->path(), root)] = read(entry->path());
    }
  }
  return pages;
}

bool is_elsewhere(const std::string& link) { return link.find("://") != std::string::npos; }

/// Where a link of a page leads, and the anchor there.
std::pair<fs::path, std::string> target_of(const fs::path& page, const std::string& link) {
  const std::size_t hash = link.find('#');
  const std::string path = link.substr(0, hash);
  const fs::path target = path.empty() ? page : (page.parent_path() / path).lexically_normal();
  return {target, hash == std::string::npos ? "" : link.substr(hash + 1)};
}

TEST(Links, LeadToFilesAndHeadingsThatAreThere) {
  const auto pages = read_pages();
  int followed = 0;
  for (const auto& [path, page] : pages) {
    for (const std::string& link : page.links) {
      if (is_elsewhere(link)) continue;
      const auto [target, anchor] = target_of(path, link);
      EXPECT_TRUE(fs::exists(fs::path(GLISSON_SOURCE_DIR) / target)) << path << " links to " << link;
      if (anchor.empty()) continue;
      const auto found = pages.find(target);
      EXPECT_TRUE(found != pages.end() && found->second.anchors.contains(anchor))
          << path << " links to " << link << ": there is no such heading";
      ++followed;
    }
  }
  EXPECT_GT(followed, 0) << "no link to a heading was found";
}

TEST(Links, LeadFromTheReadmeToEveryPage) {
  const auto pages = read_pages();
  std::set<fs::path> reached{"README.md"};
  std::deque<fs::path> next{"README.md"};
  for (; !next.empty(); next.pop_front()) {
    for (const std::string& link : pages.at(next.front()).links) {
      if (is_elsewhere(link)) continue;
      const fs::path target = target_of(next.front(), link).first;
      if (pages.contains(target) && reached.insert(target).second) next.push_back(target);
    }
  }
  for (const auto& [path, page] : pages) EXPECT_TRUE(reached.contains(path)) << "no link leads to " << path;
}

}  // namespace
}  // namespace glisson
