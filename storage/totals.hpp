#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// Counts of durations. Bucket i counts those up to bounds[i] and above bounds[i - 1]; the last one the rest.
struct DurationCounts {
  std::vector<std::uint64_t> buckets;
  double sum = 0;  ///< Seconds.
};

/// What happened within a span of time, for counters that only grow.
struct Totals {
  std::uint64_t instances = 0;
  std::uint64_t bytes = 0;
  struct Associations {
    std::string outcome;  ///< Keyword, e.g. "released".
    std::uint64_t count = 0;
    auto operator<=>(const Associations&) const = default;
  };
  std::vector<Associations> associations;  ///< In which something was stored or refused.
  std::uint64_t refused_instances = 0;
  struct Attempts {
    std::string kind;
    std::string outcome;
    DurationCounts durations;
  };
  std::vector<Attempts> attempts;  ///< Of jobs.
  DurationCounts latency;          ///< As ReportLatency.
};

/// Upper bounds of the buckets, in seconds.
std::span<const double> attempt_bounds();
std::span<const double> latency_bounds();

/// The database's clock, in seconds since 1970.
double database_time(Database& database);

/// @param from, to seconds since 1970 by the database's clock; `from` itself is not in the span.
Totals totals_between(Database& database, double from, double to);

/// Adds the counts of `more`.
void add(Totals& totals, const Totals& more);

}  // namespace glisson::storage
