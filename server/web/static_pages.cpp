#include "server/web/static_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "engine/digest.hpp"
#include "engine/embedded_file.hpp"

namespace glisson {
std::span<const EmbeddedFile> web_pages();  // Made by the build (cmake/web_pages.cmake).
}

namespace glisson::server {
namespace {

std::string_view content_type(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  return "image/svg+xml";
}

struct Page {
  std::string_view content;
  std::string entity_tag;
};

const std::map<std::string, Page, std::less<>>& pages() {
  static const auto table = [] {
    std::map<std::string, Page, std::less<>> all;
    for (const EmbeddedFile& file : web_pages()) {
      all[std::string(file.path)] = {file.content, fmt::format("\"{}\"", to_hex(sha256(file.content)))};
    }
    return all;
  }();
  return table;
}

bool is_page(const Target& target) {
  static constexpr std::array names{"queue", "studies", "peers", "models", "system", "accounts"};
  if (target.segments.empty()) return true;
  const bool known = std::ranges::find(names, target.segments.front()) != names.end();
  return known &&
         (target.segments.size() == 1 || (target.segments.size() == 2 && target.segments[0] == "studies"));
}

}  // namespace

std::optional<Response> static_page(const Request& request, const Target& target) {
  if (!target.segments.empty() && target.segments.front() == "api") return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = error_response(405, "method_not_allowed", "Pages can only be read.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  std::string path;
  for (const std::string& segment : target.segments) path += (path.empty() ? "" : "/") + segment;
  auto found = pages().find(path);
  const bool known = found != pages().end() || is_page(target);
  if (found == pages().end()) found = pages().find("index.html");
  Response response{known ? 200 : 404, std::string(content_type(found->first)), {}, {}};
  // The browser asks each time, and gets the file only when it is another one: an upgrade shows at once.
  response.headers = {{"Cache-Control", "no-cache"}, {"ETag", found->second.entity_tag}};
  if (known && request.header("if-none-match") == found->second.entity_tag) {
    response.status = 304;
  } else {
    response.body = found->second.content;
  }
  return response;
}

}  // namespace glisson::server
