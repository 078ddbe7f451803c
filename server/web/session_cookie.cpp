#include "server/web/session_cookie.hpp"

#include <fmt/format.h>

#include "server/web/security.hpp"

namespace glisson::server {
namespace {

std::string cookie_name(const Request& request) {
  return request.tls ? "__Host-glisson_session" : "glisson_session";
}

std::string cookie(const Request& request, const std::string& token, std::chrono::seconds lifetime) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie_name(request), token,
                     lifetime.count(), request.tls ? "; Secure" : "");
}

}  // namespace

std::string session_token(const Request& request) {
  return cookie_of(request.header("cookie"), cookie_name(request));
}

std::string session_cookie(const Request& request, const std::string& token, std::chrono::seconds lifetime) {
  return cookie(request, token, lifetime);
}

std::string expired_session_cookie(const Request& request) {
  return cookie(request, {}, std::chrono::seconds(0));
}

Sha256 token_digest(const std::string& token) { return sha256(token); }

std::string csrf_token(const std::string& token) { return to_hex(sha256("csrf " + token)); }

}  // namespace glisson::server
