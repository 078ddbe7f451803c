#include "storage/figures.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_queue_lengths{"select_queue_lengths", R"(
  select kind, state, count(job_id) as jobs,
         coalesce(extract(epoch from now() - min(created_at)), 0)::double precision as oldest
  from unnest('{analyse,compare,deliver,ingest}'::text[]) as kinds (kind)
  cross join unnest('{scheduled,running,dead,blocked,held}'::text[]) as states (state)
  left join (select * from job where state <> 'done') unfinished using (kind, state)
  where kind <> 'ingest' or state = 'dead'
  group by kind, state order by kind, state)"};

constexpr Statement select_latency{"select_latency", R"(
  select count(*), percentile_cont(0.5) within group (order by seconds) as p50,
         percentile_cont(0.95) within group (order by seconds) as p95
  from report_latency where sent_at > now() - make_interval(hours => $1))"};

constexpr Statement select_received_since{"select_received_since", R"(
  select count(*) as instances, count(distinct study_id) as studies, coalesce(sum(bytes), 0) as bytes
  from instance join series using (series_id) where received_at > now() - make_interval(hours => $1))"};

constexpr Statement select_reports_since{
    "select_reports_since",
    "select count(*) from delivery where sent_at > now() - make_interval(hours => $1)"};

constexpr Statement select_failed{"select_failed", R"(
  select count(*), iso_8601(min(coalesce(finished_at, created_at))) from job
  where state in ('dead', 'blocked')
    and not exists (select from job later where later.kind = job.kind and later.instance_id = job.instance_id
                    and later.job_id > job.job_id))"};

constexpr Statement select_held{"select_held", "select count(*) from job where state = 'held'"};

constexpr Statement select_waiting{"select_waiting", R"(
  select study_state(study_id) as state, count(*) as studies, iso_8601(min(created_at)) as oldest
  from study
  where study_id in (select study_id from standing_job where state in ('scheduled', 'running'))
     or created_at > now() - interval '7 days'
        and not exists (select from standing_job where standing_job.study_id = study.study_id)
  group by 1 order by 3)"};

constexpr Statement select_last{"select_last", R"(
  select (select iso_8601(max(received_at)) from instance where received_at > now() - interval '7 days') as received,
         (select iso_8601(max(sent_at)) from delivery where sent_at > now() - interval '7 days') as reported)"};

constexpr Statement select_reasons{"select_reasons", R"(
  select kind, state, coalesce(reason, '') as reason, count(*) as jobs, iso_8601(min(created_at)) as oldest
  from job where state <> 'done' group by kind, state, reason order by kind, state, reason)"};

constexpr Statement select_hours{"select_hours", R"(
  with hour (at) as (
    select generate_series(date_trunc('hour', now()) - make_interval(hours => $1 - 1), date_trunc('hour', now()),
                           interval '1 hour')),
  received as (
    select date_trunc('hour', received_at) as at, count(*) as instances from instance
    where received_at >= date_trunc('hour', now()) - make_interval(hours => $1 - 1) group by 1),
  reported as (
    select date_trunc('hour', sent_at) as at, count(*) as reports,
           percentile_cont(0.95) within group (order by seconds) as p95
    from report_latency
    where sent_at >= date_trunc('hour', now()) - make_interval(hours => $1 - 1) group by 1)
  select extract(epoch from at)::bigint as at, coalesce(instances, 0) as instances, coalesce(reports, 0) as reports, p95
  from hour left join received using (at) left join reported using (at) order by at)"};

constexpr Statement select_bytes_per_day{"select_bytes_per_day", R"(
  select coalesce(sum(bytes), 0)::double precision /
         least(7, greatest(1, extract(epoch from now() - (select min(created_at) from study)) / 86400))
           ::double precision
  from instance where received_at > now() - interval '7 days')"};

/// "glisson association 3" is one of the processes of the role association.
constexpr Statement select_roles{"select_roles", R"(
  select regexp_replace(application_name, '^glisson (.*?)( [0-9]+)?$', '\1') as role,
         coalesce(host(client_addr), 'local') as host, count(*) as connections,
         iso_8601(min(backend_start)) as since
  from pg_stat_activity where datname = current_database() and application_name like 'glisson %'
  group by 1, 2 order by 1, 2)"};

constexpr Statement select_database{"select_database", R"(
  select current_setting('server_version') as version, pg_database_size(current_database()) as size,
         (select max(name) from schema_migration) as schema)"};

constexpr Statement select_assessments{"select_assessments", R"(
  select model_name, coalesce(reason, '') as reason, coalesce(detail, '') as detail, count(*) as times
  from assessment group by 1, 2, 3)"};

std::optional<double> number_or_none(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(field.as<double>());
}

ReportLatency latency_of(Transaction& transaction, int hours) {
  const pqxx::row row = transaction.run(select_latency, hours)[0];
  return {row["count"].as<std::uint64_t>(), number_or_none(row["p50"]), number_or_none(row["p95"])};
}

}  // namespace

std::vector<QueueLength> queue_lengths(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<QueueLength> lengths;
    for (const pqxx::row& row : transaction.run(select_queue_lengths)) {
      lengths.push_back({.kind = row["kind"].as<std::string>(),
                         .state = row["state"].as<std::string>(),
                         .jobs = row["jobs"].as<std::uint64_t>(),
                         .oldest = row["oldest"].as<double>()});
    }
    return lengths;
  });
}

ReportLatency report_latency(Database& database, int hours) {
  return database.connection().transaction(
      [hours](Transaction& transaction) { return latency_of(transaction, hours); });
}

Overview overview(Database& database, int hours) {
  return database.connection().transaction([hours](Transaction& transaction) {
    Overview all;
    const pqxx::row received = transaction.run(select_received_since, hours)[0];
    all.instances = received["instances"].as<std::uint64_t>();
    all.studies = received["studies"].as<std::uint64_t>();
    all.bytes = received["bytes"].as<std::uint64_t>();
    all.reports = transaction.run(select_reports_since, hours)[0][0].as<std::uint64_t>();
    const pqxx::row failed = transaction.run(select_failed)[0];
    all.failed_jobs = failed[0].as<std::uint64_t>();
    all.oldest_failed = text_or_empty(failed[1]);
    all.held_reports = transaction.run(select_held)[0][0].as<std::uint64_t>();
    for (const pqxx::row& row : transaction.run(select_waiting)) {
      all.waiting.push_back({row["state"].as<std::string>(), row["studies"].as<std::uint64_t>(),
                             row["oldest"].as<std::string>()});
    }
    all.latency = latency_of(transaction, hours);
    return all;
  });
}

LastMoments last_moments(Database& database) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::row row = transaction.run(select_last).front();
    return LastMoments{text_or_empty(row["received"]), text_or_empty(row["reported"])};
  });
}

std::vector<QueueReason> queue_reasons(Database& database) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<QueueReason> reasons;
    for (const pqxx::row& row : transaction.run(select_reasons)) {
      reasons.push_back({row["kind"].c_str(), row["state"].c_str(), row["reason"].c_str(),
                         row["jobs"].as<std::uint64_t>(), row["oldest"].c_str()});
    }
    return reasons;
  });
}

std::vector<HourlyFigures> hourly_figures(Database& database, int hours) {
  return database.connection().transaction([hours](Transaction& transaction) {
    std::vector<HourlyFigures> figures;
    for (const pqxx::row& row : transaction.run(select_hours, hours)) {
      figures.push_back({.at = row["at"].as<std::int64_t>(),
                         .instances = row["instances"].as<std::uint64_t>(),
                         .reports = row["reports"].as<std::uint64_t>(),
                         .p95 = number_or_none(row["p95"])});
    }
    return figures;
  });
}

double bytes_per_day(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    return number_or_none(transaction.run(select_bytes_per_day)[0][0]).value_or(0);
  });
}

std::vector<ConnectedRole> connected_roles(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<ConnectedRole> roles;
    for (const pqxx::row& row : transaction.run(select_roles)) {
      roles.push_back({row["role"].as<std::string>(), row["host"].as<std::string>(),
                       row["connections"].as<std::uint64_t>(), row["since"].as<std::string>()});
    }
    return roles;
  });
}

DatabaseFigures database_figures(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    const pqxx::row row = transaction.run(select_database)[0];
    return DatabaseFigures{row["version"].as<std::string>(), row["size"].as<std::uint64_t>(),
                           row["schema"].as<std::string>()};
  });
}

std::vector<AssessmentCount> assessment_counts(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<AssessmentCount> counts;
    for (const pqxx::row& row : transaction.run(select_assessments)) {
      counts.push_back({row["model_name"].as<std::string>(), row["reason"].as<std::string>(),
                        row["detail"].as<std::string>(), row["times"].as<std::uint64_t>()});
    }
    return counts;
  });
}

}  // namespace glisson::storage
