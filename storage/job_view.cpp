#include "storage/connection.hpp"
#include "storage/job_queue.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_jobs{"select_jobs", R"(
  select job_id, kind, state, study_instance_uid, subject, attempt, failures, iso_8601(run_at) as run_at,
         iso_8601(created_at) as created_at, iso_8601(finished_at) as finished_at, reason, detail
  from job_overview where case when $1::text = '' then state <> 'done' else state = $1 end
  order by job_id desc limit $2)"};

constexpr Statement select_job{"select_job", R"(
  select job_id, kind, state, study_instance_uid, subject, attempt, failures, iso_8601(run_at) as run_at,
         iso_8601(created_at) as created_at, iso_8601(finished_at) as finished_at, reason, detail
  from job_overview where job_id = $1)"};

constexpr Statement select_attempts{"select_attempts", R"(
  select attempt, worker, iso_8601(started_at) as started_at, iso_8601(ended_at) as ended_at, outcome, reason,
         detail
  from job_attempt where job_id = $1 order by attempt)"};

constexpr Statement schedule_again{"schedule_again", R"(
  update job set state = 'scheduled', run_at = now(), failures = 0, unanswered = 0, finished_at = null,
                 reason = null, detail = null, waiting_since = case when kind = 'analyse' then now() end
  where job_id = $1 and state in ('dead', 'blocked', 'held') and kind <> 'ingest'
    and not exists (select from job twin where twin.kind = 'analyse' and job.kind = 'analyse'
                    and twin.state = 'scheduled' and twin.instance_id = job.instance_id))"};

JobView view_from(const pqxx::row& row) {
  return {.id = row["job_id"].as<std::int64_t>(),
          .kind = row["kind"].as<std::string>(),
          .state = row["state"].as<std::string>(),
          .study_instance_uid = text_or_empty(row["study_instance_uid"]),
          .subject = text_or_empty(row["subject"]),
          .attempt = row["attempt"].as<int>(),
          .failures = row["failures"].as<int>(),
          .run_at = row["run_at"].as<std::string>(),
          .created_at = row["created_at"].as<std::string>(),
          .finished_at = text_or_empty(row["finished_at"]),
          .reason = text_or_empty(row["reason"]),
          .detail = text_or_empty(row["detail"])};
}

}  // namespace

std::vector<JobView> list_jobs(Database& database, const std::string& state, int limit) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<JobView> jobs;
    for (const pqxx::row& row : transaction.run(select_jobs, state, limit)) jobs.push_back(view_from(row));
    return jobs;
  });
}

std::optional<JobView> show_job(Database& database, std::int64_t id) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<JobView> {
    const pqxx::result found = transaction.run(select_job, id);
    if (found.empty()) return std::nullopt;
    return view_from(found.front());
  });
}

std::vector<AttemptView> job_attempts(Database& database, std::int64_t id) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<AttemptView> attempts;
    for (const pqxx::row& row : transaction.run(select_attempts, id)) {
      attempts.push_back({.attempt = row["attempt"].as<int>(),
                          .worker = row["worker"].as<std::string>(),
                          .started_at = row["started_at"].as<std::string>(),
                          .ended_at = text_or_empty(row["ended_at"]),
                          .outcome = text_or_empty(row["outcome"]),
                          .reason = text_or_empty(row["reason"]),
                          .detail = text_or_empty(row["detail"])});
    }
    return attempts;
  });
}

bool retry_job_now(Database& database, std::int64_t id) {
  return database.connection().transaction(
      [&](Transaction& transaction) { return transaction.run(schedule_again, id).affected_rows() == 1; });
}

}  // namespace glisson::storage
