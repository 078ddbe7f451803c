#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/web/api.hpp"
#include "server/web/desk.hpp"
#include "server/web/health.hpp"

namespace glisson::server {

/// Answers requests: health and figures, the API, and the pages. Knows no sockets.
class WebService {
 public:
  explicit WebService(const config::Settings& settings);

  /// What needs no database: /livez, the pages, and every refusal that the request itself gives reason for.
  /// May be called while another thread is in answer().
  std::optional<Response> answer_at_once(const Request& request) const;

  /// Who has to answer: the check of a peer may take minutes, and health must not wait for anybody.
  static RequestKind kind_of(const Request& request);

  /// Everything. One thread at a time. Never throws: 503 while the database does not answer, 500 for a
  /// defect, which is logged.
  Response answer(const Request& request);

  /// Answers /readyz and /metrics; see Health. May be called while another thread is in answer().
  Response answer_health(const Request& request);
  Response late_health(const Request& request) const;

  /// Offers the one-time token where nobody has an account. In the thread of answer().
  /// @return false while the database does not answer: to be called again.
  bool begin();

 private:
  Response answer_api(const Request& request, const Target& target);
  Response call(const Route& route, const Request& request, const Target& target,
                std::vector<std::string> arguments);
  storage::Database& database();

  WebState state_;
  std::vector<std::string> known_hosts_;
  Health health_;
  std::optional<storage::Database> database_;
  std::chrono::steady_clock::time_point silent_until_;  ///< The database was asked just before, in vain.
  bool said_silent_ = false;                            ///< In the log: once, not with every request.
};

}  // namespace glisson::server
