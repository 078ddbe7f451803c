#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/changes.hpp"
#include "storage/database.hpp"

namespace glisson::storage {

enum class JobKind { analyse, compare, deliver, ingest };
std::string_view keyword(JobKind kind) noexcept;

/// A claimed job. The attempt number is the fencing token: what an attempt writes is committed only while the
/// job still runs under that attempt.
struct Job {
  std::int64_t id = 0;
  JobKind kind = JobKind::analyse;
  int attempt = 0;               ///< 1 for the first claim.
  int failures = 0;              ///< Attempts that ended in an error or without an answer.
  std::int64_t instance_id = 0;  ///< analyse: the segmentation; compare: the second object.
  std::int64_t analysis_id = 0;  ///< deliver: whose report.
  std::int64_t peer_id = 0;      ///< deliver: where to.
};

/// Channel of NOTIFY for each kind, e.g. "glisson_analyse".
std::string notification_channel(JobKind kind);

/// Attempts in a row that may end without an answer (lease or deadline ran out) before a job is dead with the
/// reason `no_answer`.
inline constexpr int max_unanswered = 3;

/// Transaction 2: claims the job that is due first (live work before backfill). Running jobs whose lease ran
/// out are released before, as by rescue_jobs(), so that one of them may be the one claimed. Kinds that are
/// paused (storage/pauses.hpp) are left alone.
/// @param worker who claims, e.g. "host:pid".
/// @param lease until when the job is safe from others unless renewed, by PostgreSQL's clock.
/// @param deadline from now; the lease is not renewed past it.
std::optional<Job> claim_job(Database& database, const std::vector<JobKind>& kinds, const std::string& worker,
                             std::chrono::milliseconds lease, std::chrono::milliseconds deadline);

/// Extends the lease by PostgreSQL's clock, at most to the deadline.
/// @return false when the job no longer runs under this attempt or its deadline is over: stop working on it.
bool renew_lease(Database& database, const Job& job, std::chrono::milliseconds lease);

/// Time until the next job of these kinds is due, unless they are paused, or the lease of one runs out; none
/// when nothing is.
std::optional<std::chrono::milliseconds> until_next_job(Database& database,
                                                        const std::vector<JobKind>& kinds);

/// Why a job ended or waits: an enumerated keyword and a sentence for people.
struct JobReason {
  std::string keyword;
  std::string detail;
};

/// Outcomes; each commits and returns false when the fencing token no longer holds (nothing is changed then).
bool complete_job(Database& database, const Job& job);
/// Tries again after `delay`; counts as a failure: the job is dead after `max_failures` of them. An analysis
/// that has been scheduled anew meanwhile is left to that job.
bool retry_job(Database& database, const Job& job, std::chrono::milliseconds delay, const JobReason& reason,
               int max_failures);
/// Looks again after `delay`; nothing failed, e.g. images have not arrived yet. Never makes the job dead.
bool postpone_job(Database& database, const Job& job, std::chrono::milliseconds delay,
                  const JobReason& reason);
bool kill_job(Database& database, const Job& job,
              const JobReason& reason);  ///< `dead`: the data are at fault.
bool block_job(Database& database, const Job& job,
               const JobReason& reason);                                     ///< `blocked`: the peer refuses.
bool hold_job(Database& database, const Job& job, const JobReason& reason);  ///< `held`: no declared purpose.

/// Outcome of a compare job. Same content: the second object is a revision and becomes current; analyses that
/// are scheduled read the second, and those that ran or ended run again, because labels, identifiers or
/// whatever else the report says may differ (equal results make no new report).
/// Other content: the second is quarantined and the job is dead with the reason `conflicting_instances`, for
/// an administrator to decide.
/// @param why what makes the contents different; for the reason.
/// @param settle_time after which analyses run again: revisions come in numbers.
bool decide_comparison(Database& database, const Job& job, bool same_content,
                       const std::string& why = "they differ in pixels or geometry",
                       std::chrono::seconds settle_time = std::chrono::seconds(0));

/// Which of two objects with one SOP Instance UID and different content an administrator takes for the right
/// one.
enum class KeptObject { first, second };

/// Ends the quarantine that a dead compare job stands for: the object that is kept is used, the other stays
/// on disk as superseded. Analyses that stopped at the conflict run; where the second is kept, those that ran
/// on the first run again.
/// @return false when the job is no dead comparison whose second object is quarantined.
bool decide_conflict(Database& database, std::int64_t job_id, KeptObject kept);

/// Returns running jobs whose lease ran out to the queue, or sets them dead after `max_unanswered` such
/// attempts; returns how many. Called by upkeep.
std::size_t rescue_jobs(Database& database);

/// How a worker process ended that may have left a job running.
struct WorkerEnd {
  std::string worker;  ///< As in claim_job().
  JobReason reason;
  /// The job may be what ended it: counts as an attempt without answer. Otherwise nothing failed.
  bool job_at_fault = true;
};

/// Returns the running jobs of a worker that is known to have ended to the queue, due now, without waiting
/// for their leases; dead after `max_unanswered` attempts without answer. Returns how many.
std::size_t release_jobs_of(Database& database, const std::vector<JobKind>& kinds, const WorkerEnd& end);

/// A job as `glisson job list|show` shows it.
struct JobView {
  std::int64_t id = 0;
  std::string kind;
  std::string state;  ///< scheduled, running, done, dead, blocked, held (docs/states.md).
  std::string study_instance_uid;
  std::string accession_number;
  std::string subject;  ///< SOP Instance UID of the segmentation or object, or the peer's name.
  int attempt = 0;
  int failures = 0;
  std::string run_at;  ///< ISO 8601.
  std::string created_at;
  std::string finished_at;  ///< Empty while unfinished.
  std::string reason;
  std::string detail;
};
/// One try of a job.
struct AttemptView {
  int attempt = 0;
  std::string worker;
  std::string started_at;
  std::string ended_at;
  std::string outcome;
  std::string reason;
  std::string detail;
};
/// Which jobs are listed.
struct JobSelection {
  std::string state;  ///< Empty: all that are not done.
  std::string kind;   ///< Empty: all.
  int limit = 50;
  std::int64_t before = 0;  ///< Those that come after this job in the list; 0: from the beginning.
};
/// What needs somebody first (dead, blocked, held), then the others; of each the latest first.
std::vector<JobView> list_jobs(Database& database, const JobSelection& selection);
std::optional<JobView> show_job(Database& database, std::int64_t id);
std::vector<AttemptView> job_attempts(Database& database, std::int64_t id);
/// Puts a dead, blocked or held job back to scheduled, now, with its failures forgotten. False when it is in
/// none of these states, concerns a refused object (send it again instead), or is scheduled anew already.
/// @param author kept with it.
bool retry_job_now(Database& database, std::int64_t id, const Author& author = command_line_author());

}  // namespace glisson::storage
