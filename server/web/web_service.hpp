#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/web/api.hpp"
#include "server/web/metrics.hpp"

namespace glisson::server {

/// Answers requests: health and figures, the API, and the pages. Knows no sockets.
class WebService {
 public:
  explicit WebService(const config::Settings& settings);

  /// What needs no database: /livez, the pages, and every refusal that the request itself gives reason for.
  /// May be called while another thread is in answer().
  std::optional<Response> answer_at_once(const Request& request) const;

  /// Whether the answer may take minutes: the check of a peer.
  static bool is_slow(const Request& request);

  /// Everything. One thread at a time. Never throws: 503 while the database does not answer, 500 for a
  /// defect, which is logged.
  Response answer(const Request& request);

  /// Begins to count, and offers the one-time token where nobody has an account. In the thread of answer().
  /// @return false while the database does not answer: to be called again.
  bool begin();

 private:
  Response answer_api(const Request& request, const Target& target);
  Response call(const Route& route, const Request& request, const Target& target,
                std::vector<std::string> arguments);
  storage::Database& database();
  Response ready();
  Response metrics();

  WebState state_;
  std::vector<std::string> known_hosts_;
  Metrics metrics_;
  Response figures_;
  std::chrono::steady_clock::time_point figures_until_;  ///< Until then, figures_ are new enough.
  std::optional<storage::Database> database_;
  std::chrono::steady_clock::time_point silent_until_;  ///< The database was asked just before, in vain.
  bool said_silent_ = false;                            ///< In the log: once, not with every request.
};

}  // namespace glisson::server
