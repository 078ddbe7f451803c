#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

// Figures of the service as a whole, without patient data: for the overview, /metrics and `glisson status`.

/// Jobs of one kind in one state.
struct QueueLength {
  std::string kind;
  std::string state;
  std::uint64_t jobs = 0;
  double oldest = 0;  ///< Seconds since the oldest of them was made; 0 where there is none.
};
/// Of every kind and state but `done`, also where there is none.
std::vector<QueueLength> queue_lengths(Database& database);

/// From the arrival of a segmentation to the moment when its report was stored in a destination, in seconds.
struct ReportLatency {
  std::uint64_t count = 0;
  std::optional<double> p50;  ///< Median; none without reports.
  std::optional<double> p95;
};
/// Of the reports that were stored within the last hours.
ReportLatency report_latency(Database& database, int hours);

/// What happened within the last hours, and what stands.
struct Overview {
  std::uint64_t instances = 0;    ///< Received.
  std::uint64_t studies = 0;      ///< Of which something was received.
  std::uint64_t bytes = 0;        ///< Received.
  std::uint64_t reports = 0;      ///< Stored in destinations.
  std::uint64_t failed_jobs = 0;  ///< Dead or blocked, and not overtaken by a later job.
  std::string oldest_failed;      ///< ISO 8601; empty where there is none.
  std::uint64_t held_reports = 0;
  struct Waiting {
    std::string state;  ///< As StudyTimeline::state.
    std::uint64_t studies = 0;
    std::string oldest;  ///< ISO 8601: when the first of them began to arrive.
  };
  /// Studies that are under way, by state. Those without a segmentation only where they came within a week:
  /// many never get one.
  std::vector<Waiting> waiting;
  ReportLatency latency;
};
Overview overview(Database& database, int hours);

/// When something happened last; ISO 8601. Empty where that is more than a week ago.
struct LastMoments {
  std::string received;  ///< An instance.
  std::string reported;  ///< A report that a destination took.
};
LastMoments last_moments(Database& database);

/// Jobs that are not done, counted by why.
struct QueueReason {
  std::string kind;
  std::string state;
  std::string reason;  ///< Keyword; empty: none.
  std::uint64_t jobs = 0;
  std::string oldest;  ///< ISO 8601: when the first of them was made.
};
std::vector<QueueReason> queue_reasons(Database& database);

/// One hour.
struct HourlyFigures {
  std::int64_t at = 0;  ///< Its beginning, seconds since 1970.
  std::uint64_t instances = 0;
  std::uint64_t reports = 0;
  std::optional<double> p95;  ///< Of ReportLatency.
};
/// The last hours, each with its figures; the last is the present one.
std::vector<HourlyFigures> hourly_figures(Database& database, int hours);

/// Bytes received in a day, on average over the last seven days or since the first instance, but at least one
/// day.
double bytes_per_day(Database& database);

/// What a role of some host does at the database.
struct ConnectedRole {
  std::string role;
  std::string host;  ///< Numeric; "local" by Unix socket.
  std::uint64_t connections = 0;
  std::string since;  ///< ISO 8601: the oldest connection.
};
std::vector<ConnectedRole> connected_roles(Database& database);

struct DatabaseFigures {
  std::string version;     ///< Of PostgreSQL.
  std::uint64_t size = 0;  ///< Bytes.
  std::string schema;      ///< The last migration.
};
DatabaseFigures database_figures(Database& database);

/// How often a model gave a score, or for which reason it did not.
struct AssessmentCount {
  std::string model;
  std::string reason;  ///< Keyword; empty: a score.
  std::string detail;  ///< Names of the inputs, for some reasons.
  std::uint64_t times = 0;
};
std::vector<AssessmentCount> assessment_counts(Database& database);

}  // namespace glisson::storage
