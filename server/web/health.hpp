#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "config/settings.hpp"
#include "server/web/http_message.hpp"
#include "server/web/metrics.hpp"
#include "storage/database.hpp"

namespace glisson::server {

/// Whether the address is one of /livez, /readyz and /metrics.
bool is_health(const Target& target);

/// What monitoring asks for, without sign-in and so without anything that people wrote: readiness and
/// figures. It has a database connection of its own, so that nobody at the pages keeps it waiting.
class Health {
 public:
  /// A monitor that waits longer takes the whole node for down (Prometheus gives ten seconds).
  static constexpr std::chrono::milliseconds answer_time{3'000};

  explicit Health(config::Settings settings);

  /// /readyz or /metrics. One thread at a time, which a database that hangs keeps for long.
  Response answer(const Target& target);
  /// The same while that thread hangs: says that the database does not answer, or not in time. Any thread.
  Response late(const Target& target) const;

 private:
  storage::Database& database();
  Response ready();
  Response metrics();
  bool answered_lately() const;

  config::Settings settings_;
  Metrics metrics_;
  Response figures_;
  std::chrono::steady_clock::time_point figures_until_;  ///< Until then, figures_ are new enough.
  std::optional<storage::Database> database_;
  std::chrono::steady_clock::time_point silent_until_;                ///< It was asked just before, in vain.
  std::atomic<std::chrono::steady_clock::time_point> answered_at_{};  ///< When it gave an answer.
};

}  // namespace glisson::server
