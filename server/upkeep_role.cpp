#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "engine/errors.hpp"
#include "server/audit/audit_trail.hpp"
#include "server/log.hpp"
#include "server/reconciliation.hpp"
#include "server/resources/resource_watch.hpp"
#include "server/roles.hpp"
#include "server/stop_watch.hpp"
#include "storage/instance_store.hpp"
#include "storage/job_queue.hpp"
#include "storage/store_identity.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

constexpr auto rescue_interval = 5s;
constexpr auto reconciliation_interval = 10min;
/// Younger files may belong to a C-STORE whose transaction is on its way.
constexpr auto reconciliation_age = 5min;

/// A file of the store that is looked into for longer, or a folder that takes so long to list, is a
/// standstill.
constexpr auto longest_step = 5min;

/// When a thread got on last, for another to see.
class Progress {
 public:
  void note() { last_ = now(); }
  bool goes_on() const { return now() - last_.load() < longest_step; }

 private:
  static std::chrono::nanoseconds now() { return std::chrono::steady_clock::now().time_since_epoch(); }
  std::atomic<std::chrono::nanoseconds> last_{now()};
};

}  // namespace

int run_upkeep_role(const config::Settings& settings, int control) {
  const StopWatch stop(control);
  const storage::InstanceStore store(settings.instances());
  storage::StoreIdentity store_identity(store);
  // In a thread of its own: a reconciliation of millions of files takes its time.
  Progress progress;
  std::thread resources(
      [&] { watch_resources(settings, control, stop, [&progress] { return progress.goes_on(); }); });
  std::thread audit([&] { keep_audit_trail(settings, stop); });
  std::optional<storage::Database> database;
  auto next_reconciliation = std::chrono::steady_clock::now();
  bool waiting = false;  // Said once, not every second.
  while (!stop.stopping()) {
    progress.note();
    try {
      if (!database) database.emplace(database_url(settings), "glisson upkeep");
      if (const auto rescued = storage::rescue_jobs(*database); rescued > 0) {
        log::warning(fmt::format("{} jobs returned to the queue: their lease had run out", rescued));
      }
      if (std::chrono::steady_clock::now() >= next_reconciliation) {
        store_identity.claim(*database);
        const auto report =
            reconcile(*database, store, settings, reconciliation_age, [&progress] { progress.note(); });
        log::info(
            fmt::format("reconciliation: {} partial files swept, {} files indexed, {} duplicates removed",
                        report.swept, report.indexed, report.removed));
        next_reconciliation = std::chrono::steady_clock::now() + reconciliation_interval;
      }
      waiting = false;
    } catch (const TransientError& error) {
      if (!waiting) log::warning(fmt::format("waiting: {}", error.what()));
      waiting = true;
      stop.pause(1s);
      continue;
    } catch (const std::exception& error) {
      // Ends nothing: the thread that looks at the resources must go on.
      log::error(fmt::format("upkeep met a defect: {}", error.what()));
    }
    stop.pause(rescue_interval);
  }
  resources.join();
  audit.join();
  return 0;
}

}  // namespace glisson::server
