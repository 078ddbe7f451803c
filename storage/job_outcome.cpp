#include "storage/job_outcome.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement end_attempt_statement{"end_attempt", R"(
  with ending as (
    select job_id, attempt,
           case when $7::integer > 0 and failures + 1 >= $7 then 'dead'
                when $9::boolean and unanswered + 1 >= $10::integer then 'dead'
                when $3::text = 'scheduled' and kind = 'analyse'
                     and exists (select from job twin where twin.kind = 'analyse' and twin.state = 'scheduled'
                                 and twin.instance_id = job.instance_id) then 'done'
                else $3 end as next_state
    from job where job_id = $1 and attempt = $2 and state = 'running' for update
  ), ended as (
    update job set state = next_state, reason = nullif($5::text, ''), detail = nullif($6::text, ''),
                   failures = failures + $8::integer,
                   unanswered = case when $9 then unanswered + 1 else 0 end,
                   lease_until = null, worker = null,
                   run_at = case when next_state = 'scheduled' and not $9
                                 then now() + $11::bigint * interval '1 ms' else run_at end,
                   finished_at = case when next_state in ('done', 'dead') then clock_timestamp() end
    from ending where job.job_id = ending.job_id
  )
  update job_attempt set ended_at = clock_timestamp(), reason = nullif($5, ''), detail = nullif($6, ''),
                         outcome = case when next_state = 'dead' and not $9 then 'dead' else $4::text end
  from ending where job_attempt.job_id = ending.job_id and job_attempt.attempt = ending.attempt)"};

bool end_attempt(Database& database, const Job& job, const AttemptEnd& end) {
  return database.connection().transaction(
      [&](Transaction& transaction) { return end_attempt(transaction, job, end); });
}

}  // namespace

bool end_attempt(Transaction& transaction, const Job& job, const AttemptEnd& end) {
  const auto write = [&] {
    return transaction
               .run(end_attempt_statement, job.id, job.attempt, end.state, end.outcome, end.reason.keyword,
                    end.reason.detail, end.max_failures, end.failed ? 1 : 0, end.unanswered, max_unanswered,
                    end.delay.count())
               .affected_rows() == 1;
  };
  if (end.state != "scheduled" || job.kind != JobKind::analyse) return write();
  // A transaction that is scheduling this analysis anew cannot be seen before it commits: the unique index
  // waits for it and refuses the second scheduled job. Then it can be seen.
  transaction.run("savepoint before_end");
  try {
    return write();
  } catch (const pqxx::unique_violation&) {
    transaction.run("rollback to savepoint before_end");
    return write();
  }
}

bool complete_job(Database& database, const Job& job) {
  return end_attempt(database, job, {.state = "done", .outcome = "done"});
}

bool retry_job(Database& database, const Job& job, std::chrono::milliseconds delay, const JobReason& reason,
               int max_failures) {
  return end_attempt(database, job,
                     {.state = "scheduled",
                      .outcome = "retry",
                      .reason = reason,
                      .delay = delay,
                      .failed = true,
                      .max_failures = max_failures});
}

bool postpone_job(Database& database, const Job& job, std::chrono::milliseconds delay,
                  const JobReason& reason) {
  return end_attempt(database, job,
                     {.state = "scheduled", .outcome = "postponed", .reason = reason, .delay = delay});
}

bool kill_job(Database& database, const Job& job, const JobReason& reason) {
  return end_attempt(database, job, {.state = "dead", .outcome = "dead", .reason = reason, .failed = true});
}

bool block_job(Database& database, const Job& job, const JobReason& reason) {
  return end_attempt(database, job, {.state = "blocked", .outcome = "blocked", .reason = reason});
}

bool hold_job(Database& database, const Job& job, const JobReason& reason) {
  return end_attempt(database, job, {.state = "held", .outcome = "held", .reason = reason});
}

}  // namespace glisson::storage
