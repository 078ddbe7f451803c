#include "server/web/http_message.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

[[noreturn]] void refuse() {
  throw RejectedInput(RejectionReason::invalid_attribute, "the address of the request is malformed");
}

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  refuse();
}

bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

std::string decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) refuse();
      c = static_cast<char>(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) refuse();
    decoded += c;
  }
  if (!is_utf8(decoded)) refuse();
  return decoded;
}

/// Calls `take` with each piece between separators.
template <typename Take>
void split(std::string_view text, char separator, Take&& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::string_view Request::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

void Request::add_header(std::string name, const std::string& value) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string& kept = headers[name];
  kept += (kept.empty() ? "" : ", ") + value;
}

Response error_response(int status, std::string_view reason, std::string_view message) {
  const nlohmann::json body{{"error", reason}, {"message", message}};
  // What a stranger sent may be quoted in a message: never fail over it.
  return {
      status, "application/json", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), {}};
}

Response busy_response(std::string_view reason, std::string_view message) {
  Response response = error_response(503, reason, message);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

Target parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') refuse();
  Target parsed;
  const std::size_t question = std::min(target.find('?'), target.size());
  split(target.substr(1, question - 1), '/', [&](std::string_view piece) {
    std::string segment = decode(piece, false);
    if (segment.empty() || segment == "." || segment == ".." || segment.find('/') != std::string::npos)
      refuse();
    parsed.segments.push_back(std::move(segment));
  });
  if (question == target.size()) return parsed;
  split(target.substr(question + 1), '&', [&](std::string_view piece) {
    const std::size_t equals = std::min(piece.find('='), piece.size());
    parsed.parameters[decode(piece.substr(0, equals), true)] =
        equals == piece.size() ? std::string() : decode(piece.substr(equals + 1), true);
  });
  return parsed;
}

}  // namespace glisson::server
