#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/process_end.hpp"
#include "storage/database.hpp"
#include "storage/job_queue.hpp"

namespace glisson::server {

/// A role that works on jobs.
struct WorkerRole {
  std::string name;
  std::vector<storage::JobKind> kinds;
  /// Handles one job to its outcome. TransientError: tried again with back-off, at most three times in all;
  /// RejectedInput: dead with its reason; std::bad_alloc: as a transient error, out_of_memory; anything else:
  /// as a bug, tried again, then dead.
  std::function<void(storage::Database&, const storage::Job&)> work;
  /// Confines the process, once its connections stand and before it starts its first thread. From then on a
  /// lost connection ends the process (exit_connection_lost). Empty: not confined.
  std::function<void()> confine{};
  /// Called before each claim: a TransientError means that this process cannot work now. Empty: it always
  /// can.
  std::function<void(storage::Database&)> before_claim{};
};

/// The loop of a role that works on jobs: releases what its predecessor left, then claims (transaction 2),
/// keeps the lease while `work` runs, and waits for NOTIFY or the next due job, until the supervisor closes
/// the control socket.
///
/// It has two connections: one to work with, one to renew leases. When the lease is lost (deadline passed, or
/// the database decided otherwise) this process ends at once with exit status 1: another has the job already.
/// @return exit status.
int work_on_jobs(const config::Settings& settings, int control, const std::optional<ProcessEnd>& predecessor,
                 const WorkerRole& role);

}  // namespace glisson::server
