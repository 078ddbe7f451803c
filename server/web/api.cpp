#include "server/web/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace glisson::server {

storage::Author Call::author(const std::string& reason) const {
  return {account ? account->name : std::string(), reason};
}

std::string Call::parameter(const std::string& name) const {
  const auto found = target.parameters.find(name);
  return found == target.parameters.end() ? std::string() : found->second;
}

std::int64_t Call::number(const std::string& name, std::int64_t standard, std::int64_t lowest,
                          std::int64_t highest) const {
  const std::string text = parameter(name);
  if (text.empty()) return standard;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < lowest || value > highest) {
    throw ApiError{400, "invalid_parameter", fmt::format("{} must be {} to {}.", name, lowest, highest), {}};
  }
  return value;
}

Response json_response(const nlohmann::json& body, int status) {
  return {
      status, "application/json", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), {}};
}

nlohmann::json parse_object(const Request& request) {
  auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) throw ApiError{400, "malformed_body", "The body must be a JSON object.", {}};
  return body;
}

std::string optional_text(const nlohmann::json& object, const std::string& key, std::size_t longest) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_string()) throw ApiError{400, "invalid_field", fmt::format("{} must be a text.", key), {}};
  auto text = found->get<std::string>();
  if (text.size() > longest) {
    throw ApiError{400, "invalid_field", fmt::format("{} must have at most {} bytes.", key, longest), {}};
  }
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    throw ApiError{400, "invalid_field", fmt::format("{} must hold no control characters.", key), {}};
  }
  return text;
}

std::string required_text(const nlohmann::json& object, const std::string& key, std::size_t longest) {
  std::string text = optional_text(object, key, longest);
  if (text.empty()) throw ApiError{400, "missing_field", fmt::format("{} is missing.", key), {}};
  return text;
}

nlohmann::json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::json() : nlohmann::json(text);
}

}  // namespace glisson::server
