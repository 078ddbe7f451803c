#pragma once

#include <chrono>
#include <string>

#include "engine/digest.hpp"
#include "server/web/http_message.hpp"

namespace glisson::server {

// The cookie of a browser that is signed in: a random token of 32 bytes. With TLS its name begins with
// __Host-, which a browser takes with Secure, for the whole host and nothing else only (RFC 6265bis 4.1.3.2).

/// The token that the browser sent; empty where there is none.
std::string session_token(const Request& request);

/// Value of Set-Cookie.
std::string session_cookie(const Request& request, const std::string& token, std::chrono::seconds lifetime);
/// The same, that makes the browser forget the cookie.
std::string expired_session_cookie(const Request& request);

/// What the database knows of the token.
Sha256 token_digest(const std::string& token);

/// What pages must send with every request that changes something (X-CSRF-Token): derived from the token,
/// which it does not betray.
std::string csrf_token(const std::string& token);

}  // namespace glisson::server
