#include "server/worker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "engine/errors.hpp"
#include "server/control_socket.hpp"
#include "server/lease_keeper.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/stop_watch.hpp"
#include "storage/answer_deadline.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

constexpr int most_failures = 3;
/// NOTIFY wakes at once; this only bounds how long a lost notification or a stop may go unseen.
constexpr std::chrono::milliseconds longest_wait = 1s;

std::string worker_name(pid_t pid) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}:{}", host.data(), pid);
}

std::chrono::seconds back_off(int failures) {
  return std::chrono::seconds(std::min(300, 5 << std::min(failures, 6)));
}

class Worker {
 public:
  Worker(const config::Settings& settings, int control, const WorkerRole& role)
      : settings_(settings),
        control_(control),
        role_(role),
        name_(worker_name(::getpid())),
        database_(database_url(settings), "glisson " + role.name),
        lease_database_(database_url(settings), "glisson " + role.name + " lease") {
    for (const auto kind : role_.kinds) channels_.push_back(storage::notification_channel(kind));
  }

  /// What the process left whose place this one takes.
  void release_jobs_of(const ProcessEnd& predecessor) {
    storage::release_jobs_of(
        database_, role_.kinds,
        {worker_name(predecessor.pid), {predecessor.reason, predecessor.detail}, predecessor.job_at_fault()});
  }

  void confine() {
    if (!role_.confine) return;
    database_.never_reconnect();
    lease_database_.never_reconnect();
    role_.confine();
    storage::hold_answer_deadlines(false);
  }

  /// It ran out of memory: what is left is in pieces, and a fresh process does better.
  bool spent() const { return spent_; }

  /// Works on one job, or waits a while when none is due.
  void step() {
    report_alive(control_);
    if (role_.before_claim) role_.before_claim(database_);
    const auto job =
        storage::claim_job(database_, role_.kinds, name_, settings_.lease, settings_.job_deadline);
    if (job) return handle(*job);
    const auto next = storage::until_next_job(database_, role_.kinds).value_or(longest_wait);
    database_.wait_for_any_notification(channels_,
                                        std::clamp<std::chrono::milliseconds>(next, 1ms, longest_wait));
  }

 private:
  void handle(const storage::Job& job) {
    const log::Context context("job", std::to_string(job.id));
    const log::Context attempt("attempt", std::to_string(job.attempt));
    log::info(fmt::format("begins: {}", storage::keyword(job.kind)));
    try {
      const LeaseKeeper lease(lease_database_, control_, job, settings_.lease);
      role_.work(database_, job);
    } catch (const RejectedInput& error) {
      log::warning(fmt::format("the job is dead: {}", keyword(error.reason())));
      storage::kill_job(database_, job,
                        {std::string(keyword(error.reason())),
                         fmt::format("{}. {}", error.what(), remedy(error.reason()))});
    } catch (const TransientError& error) {
      // A delivery may have failed often already, for its destination was down: that is no reason to give it
      // up.
      const bool for_ever = job.kind == storage::JobKind::deliver;
      try_again(job, {"transient", error.what()}, for_ever ? std::numeric_limits<int>::max() : most_failures);
    } catch (const std::bad_alloc&) {
      try_again(job,
                {"out_of_memory", "It needed more memory than analysis.memory_limit allows or the host has."},
                most_failures);
      spent_ = true;
    } catch (const std::exception& error) {
      log::error("the job met a defect");
      try_again(job, {"defect", error.what()}, most_failures);
    }
  }

  void try_again(const storage::Job& job, const storage::JobReason& reason, int at_most) {
    log::warning(fmt::format("the attempt failed, {}: {}", reason.keyword, reason.detail));
    storage::retry_job(database_, job, back_off(job.failures), reason, at_most);
  }

  const config::Settings& settings_;
  int control_;
  const WorkerRole& role_;
  std::string name_;
  std::vector<std::string> channels_;
  storage::Database database_;
  storage::Database lease_database_;
  bool spent_ = false;
};

/// Says once, not every half second, that the database does not answer.
class Patience {
 public:
  void lost(const TransientError& error) {
    if (!std::exchange(waiting_, true)) log::warning(fmt::format("waiting: {}", error.what()));
  }
  void answered() { waiting_ = false; }

 private:
  bool waiting_ = false;
};

}  // namespace

int work_on_jobs(const config::Settings& settings, int control, const std::optional<ProcessEnd>& predecessor,
                 const WorkerRole& role) {
  const StopWatch stop(control);
  storage::hold_answer_deadlines(static_cast<bool>(role.confine));
  std::unique_ptr<Worker> worker;
  Patience patience;
  while (!stop.stopping()) {
    try {
      if (!worker) {
        auto ready = std::make_unique<Worker>(settings, control, role);
        if (predecessor) ready->release_jobs_of(*predecessor);
        ready->confine();
        worker = std::move(ready);
      }
      worker->step();
      if (worker->spent()) return EXIT_FAILURE;
      patience.answered();
    } catch (const storage::ConnectionLost& error) {
      log::warning(fmt::format("{}; this process ends", error.what()));
      return exit_connection_lost;
    } catch (const TransientError& error) {
      patience.lost(error);
      stop.pause(500ms);
    }
  }
  return 0;
}

}  // namespace glisson::server
