#include "storage/totals.hpp"

#include <algorithm>
#include <array>

#include "storage/array_literal.hpp"
#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_time{"select_time",
                                "select extract(epoch from clock_timestamp())::double precision"};

constexpr Statement count_instances{"count_instances", R"(
  select count(*), coalesce(sum(bytes), 0) from instance
  where received_at > to_timestamp($1) and received_at <= to_timestamp($2))"};

constexpr Statement count_associations{"count_associations", R"(
  select replace(split_part(end_reason, ':', 1), ' ', '_') as outcome, count(*), sum(refused) from association
  where closed_at > to_timestamp($1) and closed_at <= to_timestamp($2) group by 1 order by 1)"};

/// width_bucket() counts a value that equals a bound to the bucket above; -value and reversed bounds would be
/// exact, for durations in microseconds it does not matter.
constexpr Statement count_attempts{"count_attempts", R"(
  select kind, outcome, width_bucket(seconds, $3::double precision[]) as bucket, count(*), sum(seconds)
  from (select kind, outcome, extract(epoch from ended_at - started_at)::double precision as seconds
        from job_attempt join job using (job_id)
        where ended_at > to_timestamp($1) and ended_at <= to_timestamp($2)) attempt
  group by 1, 2, 3 order by 1, 2, 3)"};

constexpr Statement count_latency{"count_latency", R"(
  select width_bucket(seconds, $3::double precision[]) as bucket, count(*), sum(seconds) from report_latency
  where sent_at > to_timestamp($1) and sent_at <= to_timestamp($2) group by 1)"};

void count(DurationCounts& counts, std::size_t buckets, const pqxx::row& row) {
  counts.buckets.resize(buckets + 1);
  counts.buckets.at(row["bucket"].as<std::size_t>()) += row["count"].as<std::uint64_t>();
  counts.sum += row["sum"].as<double>();
}

void add(DurationCounts& counts, const DurationCounts& more) {
  counts.buckets.resize(std::max(counts.buckets.size(), more.buckets.size()));
  for (std::size_t i = 0; i < more.buckets.size(); ++i) counts.buckets[i] += more.buckets[i];
  counts.sum += more.sum;
}

}  // namespace

std::span<const double> attempt_bounds() {
  static constexpr std::array bounds{0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0};
  return bounds;
}

std::span<const double> latency_bounds() {
  static constexpr std::array bounds{10.0,  20.0,   30.0,   60.0,    120.0,  300.0,
                                     600.0, 1800.0, 3600.0, 14400.0, 86400.0};
  return bounds;
}

double database_time(Database& database) {
  return database.connection().transaction(
      [](Transaction& transaction) { return transaction.run(select_time)[0][0].as<double>(); });
}

Totals totals_between(Database& database, double from, double to) {
  return database.connection().transaction([&](Transaction& transaction) {
    const std::string start = number_literal(from);
    const std::string end = number_literal(to);
    Totals totals;
    const pqxx::row instances = transaction.run(count_instances, start, end)[0];
    totals.instances = instances[0].as<std::uint64_t>();
    totals.bytes = instances[1].as<std::uint64_t>();
    for (const pqxx::row& row : transaction.run(count_associations, start, end)) {
      totals.associations.push_back({row["outcome"].as<std::string>(), row["count"].as<std::uint64_t>()});
      totals.refused_instances += row["sum"].as<std::uint64_t>();
    }
    for (const pqxx::row& row :
         transaction.run(count_attempts, start, end, array_literal(attempt_bounds()))) {
      const auto kind = row["kind"].as<std::string>();
      const auto outcome = row["outcome"].as<std::string>();
      if (totals.attempts.empty() || totals.attempts.back().kind != kind ||
          totals.attempts.back().outcome != outcome) {
        totals.attempts.push_back({kind, outcome, {}});
      }
      count(totals.attempts.back().durations, attempt_bounds().size(), row);
    }
    totals.latency.buckets.resize(latency_bounds().size() + 1);
    for (const pqxx::row& row : transaction.run(count_latency, start, end, array_literal(latency_bounds()))) {
      count(totals.latency, latency_bounds().size(), row);
    }
    return totals;
  });
}

void add(Totals& totals, const Totals& more) {
  totals.instances += more.instances;
  totals.bytes += more.bytes;
  totals.refused_instances += more.refused_instances;
  for (const auto& entry : more.associations) {
    const auto found = std::ranges::find(totals.associations, entry.outcome, &Totals::Associations::outcome);
    if (found == totals.associations.end()) {
      totals.associations.push_back(entry);
    } else {
      found->count += entry.count;
    }
  }
  for (const auto& entry : more.attempts) {
    const auto found = std::ranges::find_if(totals.attempts, [&](const Totals::Attempts& known) {
      return known.kind == entry.kind && known.outcome == entry.outcome;
    });
    if (found == totals.attempts.end()) {
      totals.attempts.push_back(entry);
    } else {
      add(found->durations, entry.durations);
    }
  }
  add(totals.latency, more.latency);
}

}  // namespace glisson::storage
