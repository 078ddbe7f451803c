#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/web/http_message.hpp"

namespace glisson::server {

/// Content-Security-Policy: nothing but this service's own files and requests, nothing inline, in no frame.
/// (Cross-origin headers and the others as the OWASP Secure Headers Project recommends.)
void add_security_headers(Response& response, bool tls);

/// Host names under which the pages are served, lower case: localhost, this host's name, and those of the
/// settings. Numeric addresses always are: a browser that was lured here by a name (DNS rebinding) sends the
/// name.
std::vector<std::string> known_hosts(const std::vector<std::string>& of_settings);
/// @param host header Host, with or without a port.
bool is_known_host(std::string_view host, const std::vector<std::string>& known);

/// Whether a request that changes something comes from this service's own pages: Sec-Fetch-Site and Origin,
/// where the browser sends them, must say so. Other programs send neither.
bool is_same_origin(const Request& request);

/// A numeric address, IPv4 in dotted form also where a socket for both families shows it as IPv4-mapped
/// (RFC 4291 2.5.5.2).
std::string unmapped(const std::string& address);

/// Of this host itself, numeric: 127.0.0.0/8 or ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3).
bool is_loopback(std::string_view address);

/// Takes the browser's address and TLS from what the reverse proxy says: of X-Forwarded-For the last entry,
/// which the proxy added itself, and only where it is a numeric address.
void believe_proxy(Request& request);

/// A cookie's value of a Cookie header (RFC 6265); empty where there is none.
std::string cookie_of(std::string_view header, std::string_view name);

}  // namespace glisson::server
