#include "storage/job_queue.hpp"

#include <algorithm>
#include <stdexcept>

#include "storage/connection.hpp"
#include "storage/job_outcome.hpp"

namespace glisson::storage {
namespace {

constexpr Statement find_lost_jobs{"find_lost_jobs", R"(
  select job_id, kind, attempt, failures, instance_id, analysis_id, peer_id, worker,
         deadline_at <= now() as deadline_passed
  from job
  where state = 'running' and lease_until < now() and kind = any($1::text[])
  for update skip locked)"};

constexpr Statement find_jobs_of_worker{"find_jobs_of_worker", R"(
  select job_id, kind, attempt, failures, instance_id, analysis_id, peer_id, worker,
         deadline_at <= now() as deadline_passed
  from job
  where state = 'running' and worker = $2 and kind = any($1::text[])
  for update)"};

constexpr Statement claim_due_job{"claim_due_job", R"(
  with due as (
    select job_id from job
    where state = 'scheduled' and run_at <= now() and kind = any((select claimable($1::text[]))::text[])
    order by priority, run_at, job_id
    limit 1 for update skip locked
  ), claimed as (
    update job set state = 'running', attempt = attempt + 1, worker = $2, reason = null, detail = null,
                   lease_until = clock_timestamp() + least($3::bigint, $4::bigint) * interval '1 ms',
                   deadline_at = clock_timestamp() + $4 * interval '1 ms'
    from due where job.job_id = due.job_id
    returning job.*
  ), tried as (
    insert into job_attempt (job_id, attempt, worker) select job_id, attempt, worker from claimed
  )
  select job_id, kind, attempt, failures, instance_id, analysis_id, peer_id from claimed)"};

constexpr Statement extend_lease{"extend_lease", R"(
  update job set lease_until = least(clock_timestamp() + $3::bigint * interval '1 ms', deadline_at)
  where job_id = $1 and attempt = $2 and state = 'running' and clock_timestamp() < deadline_at)"};

constexpr Statement next_due{"next_due", R"(
  select ceil(1000 * extract(epoch from min(due_at) - clock_timestamp()))::bigint
  from (select min(run_at) as due_at from job
        where state = 'scheduled' and kind = any((select claimable($1::text[]))::text[])
        union all
        select min(lease_until) from job where state = 'running' and kind = any($1::text[])) as next)"};

std::string keywords(const std::vector<JobKind>& kinds) {
  std::vector<std::string> texts;
  texts.reserve(kinds.size());
  for (const JobKind kind : kinds) texts.emplace_back(keyword(kind));
  return array_literal(texts);
}

JobKind kind_from(const std::string& text) {
  for (const JobKind kind : {JobKind::analyse, JobKind::compare, JobKind::deliver, JobKind::ingest}) {
    if (keyword(kind) == text) return kind;
  }
  throw std::logic_error("unknown kind of job: " + text);
}

Job job_from(const pqxx::row& row) {
  return {.id = row["job_id"].as<std::int64_t>(),
          .kind = kind_from(row["kind"].as<std::string>()),
          .attempt = row["attempt"].as<int>(),
          .failures = row["failures"].as<int>(),
          .instance_id = row["instance_id"].as<std::int64_t>(0),
          .analysis_id = row["analysis_id"].as<std::int64_t>(0),
          .peer_id = row["peer_id"].as<std::int64_t>(0)};
}

/// The job is due again, or dead after too many attempts that nobody answered for.
void end_without_answer(Transaction& transaction, const pqxx::row& row, const JobReason& reason) {
  end_attempt(
      transaction, job_from(row),
      {.state = "scheduled", .outcome = "no_answer", .reason = reason, .failed = true, .unanswered = true});
}

JobReason no_answer(const pqxx::row& row) {
  const std::string what = row["deadline_passed"].as<bool>() ? "The deadline passed" : "The lease ran out";
  return {"no_answer", what + " without an answer from " + row["worker"].as<std::string>() + "."};
}

/// Ends the attempts whose lease ran out.
std::size_t release_lost_jobs(Transaction& transaction, const std::string& kinds) {
  const pqxx::result lost = transaction.run(find_lost_jobs, kinds);
  for (const pqxx::row& row : lost) end_without_answer(transaction, row, no_answer(row));
  return lost.size();
}

}  // namespace

std::string_view keyword(JobKind kind) noexcept {
  switch (kind) {
    case JobKind::analyse:
      return "analyse";
    case JobKind::compare:
      return "compare";
    case JobKind::deliver:
      return "deliver";
    case JobKind::ingest:
      return "ingest";
  }
  return "";
}

std::string notification_channel(JobKind kind) { return "glisson_" + std::string(keyword(kind)); }

std::optional<Job> claim_job(Database& database, const std::vector<JobKind>& kinds, const std::string& worker,
                             std::chrono::milliseconds lease, std::chrono::milliseconds deadline) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<Job> {
    release_lost_jobs(transaction, keywords(kinds));
    const pqxx::result claimed =
        transaction.run(claim_due_job, keywords(kinds), worker, lease.count(), deadline.count());
    if (claimed.empty()) return std::nullopt;
    return job_from(claimed.front());
  });
}

bool renew_lease(Database& database, const Job& job, std::chrono::milliseconds lease) {
  return database.connection().transaction([&](Transaction& transaction) {
    return transaction.run(extend_lease, job.id, job.attempt, lease.count()).affected_rows() == 1;
  });
}

std::optional<std::chrono::milliseconds> until_next_job(Database& database,
                                                        const std::vector<JobKind>& kinds) {
  return database.connection().transaction(
      [&](Transaction& transaction) -> std::optional<std::chrono::milliseconds> {
        const pqxx::result next = transaction.run(next_due, keywords(kinds));
        const pqxx::field milliseconds = next.front().front();
        if (milliseconds.is_null()) return std::nullopt;
        return std::chrono::milliseconds(std::max<std::int64_t>(0, milliseconds.as<std::int64_t>()));
      });
}

std::size_t release_jobs_of(Database& database, const std::vector<JobKind>& kinds, const WorkerEnd& end) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::result left = transaction.run(find_jobs_of_worker, keywords(kinds), end.worker);
    for (const pqxx::row& row : left) {
      if (!end.job_at_fault) {
        end_attempt(transaction, job_from(row),
                    {.state = "scheduled", .outcome = "postponed", .reason = end.reason});
      } else {
        end_without_answer(transaction, row, row["deadline_passed"].as<bool>() ? no_answer(row) : end.reason);
      }
    }
    return left.size();
  });
}

std::size_t rescue_jobs(Database& database) {
  return database.connection().transaction([&](Transaction& transaction) {
    return release_lost_jobs(transaction, keywords({JobKind::analyse, JobKind::compare, JobKind::deliver}));
  });
}

}  // namespace glisson::storage
