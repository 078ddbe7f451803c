#include "server/resources/resource_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "engine/errors.hpp"
#include "server/admission/known_senders.hpp"
#include "server/control_socket.hpp"
#include "server/daemon/settings_notice.hpp"
#include "server/log.hpp"
#include "server/resources/pause_words.hpp"
#include "server/resources/readiness.hpp"
#include "server/resources/resource_marks.hpp"
#include "server/roles.hpp"
#include "storage/alerts.hpp"
#include "storage/refused_objects.hpp"
#include "storage/store_identity.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto interval = 1s;
/// Unchanged states are written this often, to say that somebody looks.
constexpr auto report_interval = 5s;

class ResourceWatch {
 public:
  ResourceWatch(const config::Settings& settings, int control)
      : settings_(settings),
        control_(control),
        node_(node_name(settings)),
        store_(settings.instances()),
        store_identity_(store_),
        notices_(settings.data, node_),
        marks_(settings) {}

  void step() {
    if (!database_) database_.emplace(database_url(settings_), "glisson resources");
    tell_senders();
    tell_pauses();
    notices_.tell(*database_);
    Resources resources = resources_now(settings_, *database_);
    resources.foreign_store = foreign_store();
    if (resources.foreign_store.empty()) make_room(resources.store);
    const auto shortage = marks_.judge(resources);
    const std::optional<storage::AlertKind> kind = shortage ? std::optional(shortage->kind) : std::nullopt;
    const bool changed = !reported_ || kind != *reported_;
    if (!changed && Clock::now() < next_report_) return;
    storage::report_node_state(*database_, state(resources, shortage));
    next_report_ = Clock::now() + report_interval;
    if (changed) tell(shortage);
    reported_ = kind;
  }

 private:
  /// Why the instance store is not the one of the database; empty when it is.
  std::string foreign_store() {
    try {
      store_identity_.claim(*database_);
      return {};
    } catch (const storage::ForeignStore& error) {
      return error.what();
    }
  }

  /// Below the mark, what was refused gives way before anything good is.
  void make_room(DiskUse& disk) {
    if (disk.free >= marks_.least_free(disk)) return;
    const auto removed = storage::bound_refused(*database_, {.bytes = 0});
    if (removed.empty()) return;
    store_.remove_refused(removed);
    const std::string what = fmt::format(
        "{} refused objects were removed because the disk of the instance store was full", removed.size());
    log::warning(what);
    storage::raise_alert(*database_, storage::AlertKind::refused_not_kept, node_, what);
    disk = disk_use(settings_.instances());
  }

  storage::NodeState state(const Resources& resources, const std::optional<Shortage>& shortage) const {
    storage::NodeState state;
    state.node = node_;
    if (shortage) state.refusal = {std::string(keyword(shortage->kind)), shortage->detail};
    state.store = {resources.store.free, marks_.least_free(resources.store)};
    if (resources.database) {
      state.database = {resources.database->free, marks_.least_free(*resources.database)};
    }
    state.queue = resources.queue;
    return state;
  }

  void tell_senders() {
    std::string report = senders_report(storage::list_peers(*database_));
    if (report == told_senders_) return;
    if (send_report(control_, report)) {
      told_senders_ = std::move(report);
    } else {
      log::warning("the supervisor cannot be told of all peers that may store");
    }
  }

  /// Without the reason: what people type is none of the log's business.
  void tell_pauses() {
    auto pauses = storage::list_pauses(*database_);
    const auto is_in = [](const auto& list, const storage::Pause& pause) {
      return std::ranges::find(list, pause.activity, &storage::Pause::activity) != list.end();
    };
    for (const auto& pause : pauses) {
      if (!is_in(pauses_, pause)) {
        log::warning(
            fmt::format("{} is paused by {} since {}", gerund(pause.activity), pause.who, pause.since));
      }
    }
    for (const auto& pause : pauses_) {
      if (!is_in(pauses, pause)) log::info(fmt::format("{} goes on", gerund(pause.activity)));
    }
    pauses_ = std::move(pauses);
  }

  void tell(const std::optional<Shortage>& shortage) {
    using storage::AlertKind;
    for (const auto kind : {AlertKind::foreign_store, AlertKind::store_disk_full,
                            AlertKind::database_disk_full, AlertKind::queue_full}) {
      if (shortage && kind == shortage->kind) {
        log::error(fmt::format("nothing is received for now: {}", shortage->detail));
        storage::raise_alert(*database_, kind, node_, shortage->detail);
      } else if (storage::close_alert(*database_, kind, node_) && !shortage) {
        log::info("receiving again");
      }
    }
  }

  const config::Settings& settings_;
  int control_;
  std::string told_senders_;
  std::string node_;
  storage::InstanceStore store_;
  storage::StoreIdentity store_identity_;
  NoticeTeller notices_;
  ResourceMarks marks_;
  std::optional<storage::Database> database_;
  std::optional<std::optional<storage::AlertKind>> reported_;  ///< None before the first report.
  Clock::time_point next_report_;
  std::vector<storage::Pause> pauses_;  ///< As they were told last.
};

}  // namespace

void watch_resources(const config::Settings& settings, int control, const StopWatch& stop,
                     const std::function<bool()>& others_go_on) {
  ResourceWatch watch(settings, control);
  bool waiting = false;  // Said once, not every second.
  while (!stop.stopping()) {
    if (others_go_on()) report_alive(control);
    try {
      watch.step();
      waiting = false;
    } catch (const TransientError& error) {
      if (!waiting) log::warning(fmt::format("resources are not known: {}", error.what()));
      waiting = true;
    } catch (const std::exception& error) {
      if (!waiting) log::error(fmt::format("resources are not known: {}", error.what()));
      waiting = true;
    }
    stop.pause(interval);
  }
}

}  // namespace glisson::server
