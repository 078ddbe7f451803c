#include "server/audit/audit_trail.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/host_name.hpp>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>

#include "engine/errors.hpp"
#include "server/audit/collector.hpp"
#include "server/audit/message.hpp"
#include "server/audit/service_run.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "storage/alerts.hpp"
#include "storage/audit.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto interval = 1s;
constexpr auto overdue_interval = 60s;
constexpr auto forget_interval = 1h;
constexpr int messages_at_once = 100;
constexpr std::chrono::seconds longest_back_off{300};

/// The service is its supervisor: a role process that is started again is no new start.
storage::ApplicationRun run_of(const config::Settings& settings, pid_t supervisor) {
  const ServiceRun service = service_run();
  storage::ApplicationRun run{.host = boost::asio::ip::host_name(),
                              .run = service.id,
                              .process = std::to_string(supervisor),
                              .ae_titles = {},
                              .folder = settings.data.string(),
                              .started_at = service.started_at};
  for (const auto& entity : settings.application_entities()) run.ae_titles.push_back(entity.title);
  return run;
}

/// Whether a process is on its way out (field 9 of /proc/PID/stat, proc(5); PF_EXITING is set before its
/// descriptors are closed). False where /proc does not tell.
bool is_exiting(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));  // Behind field 2.
  std::string state;
  long number = 0;
  fields >> state;
  for (int field = 4; field < 9; ++field) fields >> number;
  unsigned long flags = 0;
  constexpr unsigned long pf_exiting = 0x4;
  return (fields >> flags) && (flags & pf_exiting) != 0;
}

class AuditTrail {
 public:
  explicit AuditTrail(const config::Settings& settings)
      : settings_(settings), supervisor_(::getppid()), run_(run_of(settings, supervisor_)) {
    source_ = {settings.audit_source, run_.host, settings.ae_title};
  }

  void step() {
    note_start();
    if (is_time(next_overdue_, overdue_interval)) storage::audit_overdue(*database_);
    compose();
    if (!settings_.audit_collector.empty() && Clock::now() >= next_attempt_) forward();
    if (settings_.audit_keep_days > 0 && is_time(next_forget_, forget_interval)) forget();
  }

  /// Not where another process takes this one's place. A supervisor that was killed has stopped nothing: the
  /// next start notes that. In an orderly stop it waits for this process.
  void stop(const StopWatch& watch) {
    if (!watch.service_ends() || ::getppid() != supervisor_ || is_exiting(supervisor_)) return;
    note_start();
    storage::record_application_stop(*database_, run_);
    compose();
    if (!settings_.audit_collector.empty() && failures_ == 0) forward();
  }

 private:
  static bool is_time(Clock::time_point& next, std::chrono::seconds every) {
    if (Clock::now() < next) return false;
    next = Clock::now() + every;
    return true;
  }

  void note_start() {
    if (!database_) database_.emplace(database_url(settings_), "glisson audit");
    if (!started_) storage::record_application_start(*database_, run_);
    started_ = true;
  }

  void compose() {
    const auto write = [this](const storage::AuditEvent& event) { return audit_message(event, source_); };
    while (storage::compose_audit_messages(*database_, messages_at_once, write) == messages_at_once) {
    }
  }

  void forward() {
    const auto send = [this](const std::vector<storage::AuditMessage>& messages) {
      send_to_collector(settings_, messages);
    };
    try {
      std::size_t sent = 0;
      do {
        sent = storage::forward_audit_messages(*database_, messages_at_once, send);
        if (sent > 0) took();
      } while (sent == messages_at_once);
    } catch (const TransientError& error) {
      refused(error.what());
    } catch (const RejectedInput& error) {
      refused(error.what());  // An administrator mends the files; they are read at each attempt.
    }
  }

  void took() {
    if (failures_ > 0) log::info("the audit collector takes messages again");
    failures_ = 0;
    if (!alert_closed_) {
      storage::close_alert(*database_, storage::AlertKind::audit_collector_silent, settings_.audit_collector);
    }
    alert_closed_ = true;
  }

  void refused(const std::string& why) {
    if (failures_ == 0) log::warning(fmt::format("the audit collector takes no messages: {}", why));
    failures_ = std::min(failures_ + 1, 20);
    next_attempt_ =
        Clock::now() + std::min(longest_back_off, std::chrono::seconds(1 << std::min(failures_, 9)));
    const auto backlog = storage::audit_backlog(*database_);
    if (backlog.oldest < settings_.silence_alert) return;
    storage::raise_alert(*database_, storage::AlertKind::audit_collector_silent, settings_.audit_collector,
                         fmt::format("{} audit messages wait, the oldest for {} min; last attempt: {}",
                                     backlog.waiting, backlog.oldest.count() / 60, why));
    alert_closed_ = false;
  }

  void forget() {
    const bool sent_only = !settings_.audit_collector.empty();
    while (storage::forget_audit_events(*database_, settings_.audit_keep_days, sent_only) > 0) {
    }
  }

  const config::Settings& settings_;
  pid_t supervisor_;
  storage::ApplicationRun run_;
  AuditSource source_;
  std::optional<storage::Database> database_;
  bool started_ = false;       ///< The start is noted.
  bool alert_closed_ = false;  ///< One may be open from before this process.
  int failures_ = 0;           ///< In a row.
  Clock::time_point next_attempt_;
  Clock::time_point next_overdue_;
  Clock::time_point next_forget_;
};

}  // namespace

void keep_audit_trail(const config::Settings& settings, const StopWatch& stop) {
  AuditTrail trail(settings);
  bool waiting = false;  // Said once, not every second.
  const auto tried = [&](auto&& work) {
    try {
      work();
      waiting = false;
    } catch (const std::exception& error) {
      if (!waiting) log::warning(fmt::format("the audit trail waits: {}", error.what()));
      waiting = true;
    }
  };
  while (!stop.stopping()) {
    tried([&] { trail.step(); });
    stop.pause(interval);
  }
  tried([&] { trail.stop(stop); });
}

}  // namespace glisson::server
