#include "storage/connection.hpp"
#include "storage/job_outcome.hpp"
#include "storage/job_queue.hpp"

namespace glisson::storage {
namespace {

constexpr Statement supersede_first{"supersede_first", R"(
  update instance set state = 'superseded'
  where state = 'current' and instance_id <> $1
    and sop_instance_uid = (select sop_instance_uid from instance where instance_id = $1)
  returning instance_id)"};
constexpr Statement set_instance_state{"set_instance_state",
                                       "update instance set state = $2 where instance_id = $1"};
constexpr Statement analyse_second_instead{"analyse_second_instead", R"(
  update job set instance_id = $2
  where kind = 'analyse' and state in ('scheduled', 'dead') and instance_id = $1)"};
/// Analyses that met the conflict before it was decided run after all: the last one of each segmentation that
/// is the object, or refers to it.
constexpr Statement resume_analyses{"resume_analyses", R"(
  update job set state = 'scheduled', run_at = now(), waiting_since = now(), finished_at = null, reason = null,
                 detail = null
  where kind = 'analyse' and state = 'dead' and reason = 'conflicting_instances'
    and not exists (select from job later where later.kind = 'analyse' and later.job_id > job.job_id
                    and later.instance_id = job.instance_id)
    and instance_id in (select $1::bigint union
                        select segmentation_id from segmentation_reference
                        join instance using (sop_instance_uid) where instance.instance_id = $1))"};

/// What was analysed before the object took the place of another is analysed again, after the settle time
/// ($2, seconds); an analysis that is scheduled waits until then.
constexpr Statement analyse_again{"analyse_again", R"(
  insert into job (kind, state, instance_id, run_at, waiting_since)
  select 'analyse', 'scheduled', segmentation.instance_id, now() + make_interval(secs => $2::float8), now()
  from instance segmentation
  where segmentation.state = 'current'
    and (segmentation.instance_id in (select segmentation_id from segmentation_reference
                                      join instance using (sop_instance_uid) where instance.instance_id = $1
                                      union
                                      select segmentation_id from segmented_series
                                      join instance using (series_id) where instance.instance_id = $1)
         or segmentation.instance_id = $1
            and exists (select from segmentation_reference where segmentation_id = $1))
  order by segmentation.instance_id
  on conflict (instance_id) where kind = 'analyse' and state = 'scheduled'
  do update set run_at = greatest(job.run_at, excluded.run_at))"};

constexpr Statement lock_conflict{"lock_conflict", R"(
  select job.instance_id as second, first.instance_id as first
  from job join instance second using (instance_id)
  join instance first on first.sop_instance_uid = second.sop_instance_uid and first.state = 'current'
  where job_id = $1 and kind = 'compare' and job.state = 'dead' and second.state = 'quarantined'
  for update of job)"};

constexpr Statement close_conflict{"close_conflict", R"(
  update job set state = 'done', reason = 'decided', detail = $2, finished_at = clock_timestamp() where job_id = $1)"};

void make_current(Transaction& transaction, std::int64_t second) {
  const pqxx::result superseded = transaction.run(supersede_first, second);
  transaction.run(set_instance_state, second, "current");
  for (const pqxx::row& first : superseded) {
    transaction.run(analyse_second_instead, first[0].as<std::int64_t>(), second);
  }
}

}  // namespace

bool decide_comparison(Database& database, const Job& job, bool same_content, const std::string& why,
                       std::chrono::seconds settle_time) {
  return database.connection().transaction([&](Transaction& transaction) {
    if (!same_content) {
      const JobReason conflict{"conflicting_instances", "An object came under a UID that was taken: " + why +
                                                            ". Both are kept; the second is quarantined."};
      if (!end_attempt(transaction, job, {.state = "dead", .outcome = "dead", .reason = conflict})) {
        return false;
      }
      transaction.run(set_instance_state, job.instance_id, "quarantined");
      return true;
    }
    if (!end_attempt(transaction, job, {.state = "done", .outcome = "done"})) return false;
    make_current(transaction, job.instance_id);
    transaction.run(resume_analyses, job.instance_id);
    transaction.run(analyse_again, job.instance_id, static_cast<double>(settle_time.count()));
    return true;
  });
}

bool decide_conflict(Database& database, std::int64_t job_id, KeptObject kept) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::result found = transaction.run(lock_conflict, job_id);
    if (found.empty()) return false;
    const auto first = found.front()["first"].as<std::int64_t>();
    const auto second = found.front()["second"].as<std::int64_t>();
    if (kept == KeptObject::first) {
      transaction.run(set_instance_state, second, "superseded");
      transaction.run(resume_analyses, first);
    } else {
      make_current(transaction, second);
      transaction.run(resume_analyses, second);
      transaction.run(analyse_again, second, 0.0);
    }
    transaction.run(close_conflict, job_id,
                    std::string(kept == KeptObject::first ? "the first object was kept in use"
                                                          : "the second object took the place of the first"));
    return true;
  });
}

}  // namespace glisson::storage
