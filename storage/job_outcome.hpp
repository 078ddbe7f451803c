#pragma once

#include <chrono>
#include <string>

#include "storage/job_queue.hpp"

// Internal to storage/.

namespace glisson::storage {

class Transaction;

/// How an attempt ends: what becomes of the job, and what its history says.
struct AttemptEnd {
  std::string state;                  ///< Next state of the job.
  std::string outcome;                ///< Of the attempt, as in job_attempt.outcome.
  JobReason reason{};                 ///< Empty when done.
  std::chrono::milliseconds delay{};  ///< For `scheduled`: due after this time.
  bool failed = false;                ///< Counts as a failure.
  int max_failures = 0;               ///< Not 0: the job is dead after so many failures.
  bool unanswered = false;            ///< Nobody answered for it: back to its place in the queue, dead after
                                      ///< max_unanswered of these in a row.
};

/// Ends the attempt within the caller's transaction. An analysis that should run again but has been scheduled
/// anew meanwhile (one scheduled job for each segmentation) is done: it is left to that job.
/// @return false when the fencing token no longer holds; nothing was changed then.
bool end_attempt(Transaction& transaction, const Job& job, const AttemptEnd& end);

}  // namespace glisson::storage
