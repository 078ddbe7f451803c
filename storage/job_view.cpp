#include "storage/authorship.hpp"
#include "storage/job_queue.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_jobs{"select_jobs", R"(
  with listed as (
    select *, case state when 'dead' then 3 when 'blocked' then 2 when 'held' then 1 else 0 end as urgency
    from job where case when $1::text = '' then state <> 'done' else state = $1 end and ($2::text = '' or kind = $2))
  select job_id, overview.kind, overview.state, study_instance_uid, accession_number, subject, overview.attempt,
         overview.failures, iso_8601(overview.run_at) as run_at, iso_8601(overview.created_at) as created_at,
         iso_8601(overview.finished_at) as finished_at, overview.reason, overview.detail
  from (select * from listed
        where $4::bigint = 0 or (urgency, job_id) < (
          select case state when 'dead' then 3 when 'blocked' then 2 when 'held' then 1 else 0 end, job_id
          from job where job_id = $4)
        order by urgency desc, job_id desc limit $3) page
  join job_overview overview using (job_id)
  order by urgency desc, job_id desc)"};

constexpr Statement select_job{"select_job", R"(
  select job_id, kind, state, study_instance_uid, accession_number, subject, attempt, failures,
         iso_8601(run_at) as run_at, iso_8601(created_at) as created_at, iso_8601(finished_at) as finished_at,
         reason, detail
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

constexpr Statement record_retry{"record_retry", R"(
  insert into change (who, what, subject, reason, old, new)
  select coalesce(said('author'), session_user), 'job', $1::bigint::text, said('reason'),
         jsonb_build_object('state', $2::text, 'reason', $3::text), jsonb_build_object('state', 'scheduled'))"};

JobView view_from(const pqxx::row& row) {
  return {.id = row["job_id"].as<std::int64_t>(),
          .kind = row["kind"].as<std::string>(),
          .state = row["state"].as<std::string>(),
          .study_instance_uid = text_or_empty(row["study_instance_uid"]),
          .accession_number = text_or_empty(row["accession_number"]),
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

std::vector<JobView> list_jobs(Database& database, const JobSelection& selection) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<JobView> jobs;
    for (const pqxx::row& row :
         transaction.run(select_jobs, selection.state, selection.kind, selection.limit, selection.before)) {
      jobs.push_back(view_from(row));
    }
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

bool retry_job_now(Database& database, std::int64_t id, const Author& author) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::result before = transaction.run(select_job, id);
    if (before.empty() || transaction.run(schedule_again, id).affected_rows() != 1) return false;
    set_author(transaction, author);
    transaction.run(record_retry, id, before[0]["state"].as<std::string>(),
                    text_or_empty(before[0]["reason"]));
    return true;
  });
}

}  // namespace glisson::storage
