#include "server/web/security.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace glisson::server {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool is_numeric_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), binary.data()) == 1;
  }
  return inet_pton(AF_INET, host.c_str(), binary.data()) == 1;
}

/// Without the port.
std::string name_of(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return lower_case(port ? host.substr(0, colon) : host);
}

}  // namespace

void add_security_headers(Response& response, bool tls) {
  response.headers.insert(
      response.headers.end(),
      {{"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
       {"X-Content-Type-Options", "nosniff"},
       {"X-Frame-Options", "DENY"},
       {"Referrer-Policy", "no-referrer"},
       {"Cross-Origin-Opener-Policy", "same-origin"},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"}});
  if (tls) response.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  const auto is_cache_control = [](const auto& header) { return header.first == "Cache-Control"; };
  if (std::ranges::none_of(response.headers, is_cache_control)) {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
}

std::vector<std::string> known_hosts(const std::vector<std::string>& of_settings) {
  std::vector<std::string> known = of_settings;
  known.emplace_back("localhost");
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) known.push_back(lower_case(name.data()));
  return known;
}

bool is_known_host(std::string_view host, const std::vector<std::string>& known) {
  const std::string name = name_of(host);
  return is_numeric_address(name) || std::ranges::find(known, name) != known.end();
}

bool is_same_origin(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin") return false;
  std::string_view origin = request.header("origin");
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  return lower_case(origin.substr(scheme + 3)) == lower_case(request.header("host"));
}

std::string unmapped(const std::string& address) {
  constexpr std::string_view mapped = "::ffff:";
  const bool dotted = address.find('.') != std::string::npos;
  return dotted && address.starts_with(mapped) ? address.substr(mapped.size()) : address;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

void believe_proxy(Request& request) {
  const std::string_view forwarded = request.header("x-forwarded-for");
  const std::size_t start = forwarded.find_last_of(", ");
  const std::string last(start == std::string_view::npos ? forwarded : forwarded.substr(start + 1));
  if (is_numeric_address(last) || is_numeric_address("[" + last + "]")) request.address = last;
  request.tls = request.header("x-forwarded-proto") == "https";
}

std::string cookie_of(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return {};
}

}  // namespace glisson::server
