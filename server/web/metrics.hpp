#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "config/settings.hpp"
#include "storage/database.hpp"
#include "storage/totals.hpp"

namespace glisson::server {

/// Prometheus' text format 0.0.4.
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The service's figures for Prometheus, without patient data: of the whole database, whichever host asks.
/// Counters begin at 0 when this is made, also where the database is asked for the first time later.
class Metrics {
 public:
  /// @throws TransientError when the database does not answer.
  std::string text(storage::Database& database, const config::Settings& settings);
  /// What is known without asking the database.
  /// @param answers whether it does, though too slowly for the figures.
  static std::string text_without_figures(bool answers, const config::Settings& settings);

 private:
  storage::Totals totals(storage::Database& database);

  // What happened before since_ is counted for good. The rest is counted anew each time, for a transaction
  // that is committed late bears the time at which it began.
  storage::Totals counted_;
  std::optional<double> since_;
  std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
};

}  // namespace glisson::server
