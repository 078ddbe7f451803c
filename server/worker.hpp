#pragma once

#include <functional>
#include <vector>

#include "config/settings.hpp"
#include "storage/database.hpp"
#include "storage/job_queue.hpp"

namespace glisson::server {

/// The loop of a role that works on jobs: claims (transaction 2), keeps the lease while `work` runs, and
/// waits for NOTIFY or the next due job, until the supervisor closes the control socket.
///
/// While a job runs, its lease is renewed on a connection of its own. When the lease is lost (deadline
/// passed, or the database decided otherwise) this process ends at once with exit status 1: another has the
/// job already.
/// @param work handles one job to its outcome. TransientError: tried again with back-off, at most three times
/// in all;
///        RejectedInput: dead with its reason; anything else: as a bug, tried again, then dead.
int work_on_jobs(const config::Settings& settings, int control, const std::string& role,
                 const std::vector<storage::JobKind>& kinds,
                 const std::function<void(storage::Database&, const storage::Job&)>& work);

}  // namespace glisson::server
