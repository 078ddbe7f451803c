#include "server/worker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <optional>

#include "engine/errors.hpp"
#include "server/lease_keeper.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/stop_watch.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

constexpr int most_failures = 3;
/// NOTIFY wakes at once; this only bounds how long a lost notification or a stop may go unseen.
constexpr std::chrono::milliseconds longest_wait = 1s;

std::string worker_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}:{}", host.data(), ::getpid());
}

std::chrono::seconds back_off(int failures) {
  return std::chrono::seconds(std::min(300, 5 << std::min(failures, 6)));
}

class Worker {
 public:
  Worker(const config::Settings& settings, const std::string& role,
         const std::vector<storage::JobKind>& kinds,
         const std::function<void(storage::Database&, const storage::Job&)>& work)
      : settings_(settings), role_(role), kinds_(kinds), work_(work), name_(worker_name()) {
    for (const auto kind : kinds_) channels_.push_back(storage::notification_channel(kind));
  }

  /// Works on one job, or waits a while when none is due.
  void step() {
    if (!database_) database_.emplace(database_url(settings_), "glisson " + role_);
    const auto job = storage::claim_job(*database_, kinds_, name_, settings_.lease, settings_.job_deadline);
    if (job) return handle(*job);
    const auto next = storage::until_next_job(*database_, kinds_).value_or(longest_wait);
    database_->wait_for_any_notification(channels_,
                                         std::clamp<std::chrono::milliseconds>(next, 1ms, longest_wait));
  }

 private:
  void handle(const storage::Job& job) {
    log::info(fmt::format("job {} ({}), attempt {}", job.id, storage::keyword(job.kind), job.attempt));
    try {
      const LeaseKeeper lease(database_url(settings_), job, settings_.lease);
      work_(*database_, job);
    } catch (const RejectedInput& error) {
      log::warning(fmt::format("job {} is dead: {}", job.id, keyword(error.reason())));
      storage::kill_job(*database_, job,
                        {std::string(keyword(error.reason())),
                         fmt::format("{}. {}", error.what(), remedy(error.reason()))});
    } catch (const TransientError& error) {
      log::warning(fmt::format("job {} is tried again: {}", job.id, error.what()));
      // A delivery may have failed often already, for its destination was down: that is no reason to give it
      // up.
      const bool for_ever = job.kind == storage::JobKind::deliver;
      storage::retry_job(*database_, job, back_off(job.failures), {"transient", error.what()},
                         for_ever ? std::numeric_limits<int>::max() : most_failures);
    } catch (const std::exception& error) {
      log::error(fmt::format("job {} met a defect: {}", job.id, error.what()));
      storage::retry_job(*database_, job, back_off(job.failures), {"defect", error.what()}, most_failures);
    }
  }

  const config::Settings& settings_;
  const std::string& role_;
  const std::vector<storage::JobKind>& kinds_;
  const std::function<void(storage::Database&, const storage::Job&)>& work_;
  std::string name_;
  std::vector<std::string> channels_;
  std::optional<storage::Database> database_;
};

}  // namespace

int work_on_jobs(const config::Settings& settings, int control, const std::string& role,
                 const std::vector<storage::JobKind>& kinds,
                 const std::function<void(storage::Database&, const storage::Job&)>& work) {
  const StopWatch stop(control);
  Worker worker(settings, role, kinds, work);
  bool waiting = false;  // Said once, not every second.
  while (!stop.stopping()) {
    try {
      worker.step();
      waiting = false;
    } catch (const TransientError& error) {
      if (!waiting) log::warning(fmt::format("waiting: {}", error.what()));
      waiting = true;
      stop.pause(500ms);
    }
  }
  return 0;
}

}  // namespace glisson::server
