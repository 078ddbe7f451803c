#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glisson::server {

/// An HTTP request as it came, whole (RFC 9110). Plain, so that what answers it needs no sockets.
struct Request {
  std::string method;                          ///< Upper case.
  std::string target;                          ///< As in the request line, e.g. "/api/jobs?state=dead".
  std::map<std::string, std::string> headers;  ///< Names in lower case; repeated ones joined by ", ".
  std::string body;
  std::string address;       ///< Of the browser, numeric; behind the reverse proxy as the proxy tells it.
  bool tls = false;          ///< The browser speaks TLS, with the reverse proxy.
  bool health_only = false;  ///< Came in at the address of health and metrics.

  /// Names count in any case; values of one name are joined.
  void add_header(std::string name, const std::string& value);
  /// Empty where there is none.
  std::string_view header(const std::string& lower_case_name) const;
};

/// What is answered. Security headers are added to every response on its way out.
struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// {"error": reason, "message": what to do next}.
Response error_response(int status, std::string_view reason, std::string_view message);

/// The same as 503, to be tried again in five seconds.
Response busy_response(std::string_view reason, std::string_view message);

/// The path and the parameters of a request target, percent-decoded (RFC 3986).
struct Target {
  std::vector<std::string> segments;  ///< "/api/peers/a%20b" is {"api", "peers", "a b"}; "/" is none.
  std::map<std::string, std::string> parameters;
};

/// @throws RejectedInput invalid_attribute for what is no origin form, no UTF-8, or holds control characters,
/// bad escapes or segments "." and "..".
Target parse_target(std::string_view target);

}  // namespace glisson::server
