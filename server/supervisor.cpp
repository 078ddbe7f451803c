#include "server/supervisor.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <map>
#include <set>
#include <system_error>

#include "config/running_settings.hpp"
#include "engine/errors.hpp"
#include "server/association_pool.hpp"
#include "server/daemon/service_manager.hpp"
#include "server/daemon/settings_check.hpp"
#include "server/daemon/settings_notice.hpp"
#include "server/data_folder.hpp"
#include "server/listener.hpp"
#include "server/log.hpp"
#include "server/request_gate.hpp"
#include "server/role_process.hpp"
#include "server/single_role.hpp"
#include "server/tls/tls_port.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// Connections that have not shown a whole A-ASSOCIATE-RQ yet.
constexpr int most_pending_connections = 2048;
/// Between two looks whether processes stand still.
constexpr auto look_interval = 500ms;
/// After SIGTERM: how long work in hand may take before it is interrupted.
constexpr auto stop_deadline = 60s;
/// A worker that has been silent for its lease and this long is frozen, not merely short of processor time.
constexpr auto silence_grace = 5s;
/// The same for the other roles, in leases: they hold no job that another could do meanwhile, and a disk may
/// take long to sync what was received.
constexpr int silent_leases = 4;

/// Raises the limit of open files as far as allowed; returns it.
int raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536));
}

class Supervisor {
 public:
  Supervisor(const config::Settings& settings, const std::vector<std::string>& roles,
             const std::vector<std::string>& arguments, SettingsSource source)
      : settings_(settings),
        source_(std::move(source)),
        launcher_(arguments),
        listener_(loop_),
        tls_port_(loop_, settings_,
                  {.whole = [this](IncomingConnection connection) { gate_.admit(std::move(connection)); },
                   .alive = [this] { roles_.at("tls").shows_life(); }}),
        signals_(loop_, SIGTERM, SIGINT, SIGCHLD),
        stop_timer_(loop_),
        watch_timer_(loop_),
        count_log_(loop_),
        gate_(settings.association_request_timeout, counts_,
              [this](IncomingConnection connection, const ShownRequest& request) {
                pool_.take(std::move(connection), request);
              }),
        pool_(loop_, launcher_, pool_limits(settings), senders_, counts_) {
    signals_.add(SIGHUP);
    for (const std::string& role : roles) {
      if (role == "association") {
        receives_ = true;
        if (settings.tls_port != 0) roles_.emplace("tls", loop_);
      } else if (role != "database" || settings.database_url.empty()) {
        roles_.emplace(role, loop_);
      }
    }
    if (const auto upkeep = roles_.find("upkeep"); upkeep != roles_.end()) {
      upkeep->second.heard = [this](const std::string& report) {
        if (senders_.update(report)) log::info(fmt::format("peers that may store: {}", senders_.count()));
      };
    }
  }

  int run() {
    const Descriptor lock = claim_data_folder(settings_);
    if (receives_) bind();
    become_service_user(settings_);
    require_settings_file();
    leave_notice(settings_.data, notice_);
    launcher_.set_settings(settings_);
    if (roles_.contains("tls")) tls_port_.check_files();
    gate_.set_room(
        static_cast<std::size_t>(std::min(most_pending_connections, raise_descriptor_limit() / 2)));
    // A postmaster that dies leaves backends: they become our children, and are reaped.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    await_signal();
    for (auto& [name, role] : roles_) start(name, role);
    watch();
    if (receives_) {
      pool_.start();
      accept();
      log_counts();
      log::info(fmt::format("listening on {}:{} as {}", settings_.bind_address, settings_.port,
                            settings_.ae_title));
    }
    manager_.ready(status());
    loop_.run();
    return 0;
  }

 private:
  void require_settings_file() const {
    if (source_.file.empty() || ::access(source_.file.c_str(), R_OK) == 0) return;
    throw RejectedInput(
        RejectionReason::invalid_settings,
        fmt::format("user {} cannot read the settings file {}", settings_.user, source_.file.string()));
  }

  /// One line, for systemctl status.
  std::string status() const {
    std::string text = "without the role association";
    if (receives_) {
      text = fmt::format("listening on {}:{} as {}, associations in hand: {}", settings_.bind_address,
                         settings_.port, settings_.ae_title, pool_.busy());
    }
    if (!notice_.refused.empty()) text += "; new settings are refused: " + notice_.refused;
    if (!notice_.waiting.empty()) text += "; needs a restart: " + notice_.waiting;
    return text;
  }

  void bind() {
    listener_.bind(settings_.bind_address, settings_.port);
    if (settings_.tls_port != 0) tls_port_.bind();
  }

  void accept() {
    listener_.accept([this](tcp::socket socket, const ConnectionOrigin& origin) {
      gate_.admit({std::move(socket), origin});
    });
  }

  /// Peers that are turned away are summed up: each by itself would let anybody fill the log.
  void log_counts() {
    const std::string text = turned_away(logged_counts_, counts_);
    if (!text.empty()) log::warning(fmt::format("in the last minute: {}", text));
    logged_counts_ = counts_;
    count_log_.expires_after(60s);
    count_log_.async_wait([this](const boost::system::error_code& error) {
      if (!error) log_counts();
    });
  }

  void start(const std::string& name, SingleRole& role) {
    try {
      role.begin(launcher_, name);
      if (name == "tls") tls_port_.connect(role.take_control());
    } catch (const std::system_error& error) {
      log::error(fmt::format("{} process cannot be started: {}", name, error.what()));
      start_later(name, role);
    }
  }

  /// A process that is frozen keeps its role from everyone: it is ended and another is started. The
  /// supervisor itself is watched by systemd: this is the loop that accepts, hands on and reaps, and when it
  /// stands still, the signs of life end.
  void watch() {
    watch_timer_.expires_after(look_interval);
    watch_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      manager_.alive();
      if (!stopping_) manager_.status(status());
      end_silent();
      watch();
    });
  }

  void end_silent() {
    const auto patience = settings_.lease * silent_leases;
    constexpr auto tell = [](const std::string& name) {
      log::error(fmt::format("the {} process gives no sign of life; it is ended", name));
    };
    for (auto& [name, role] : roles_) {
      const bool works_on_jobs = name == "analysis" || name == "delivery";
      if (role.end_if_silent(look_interval, works_on_jobs ? settings_.lease + silence_grace : patience))
        tell(name);
    }
    for (const pid_t pid : pool_.end_silent(look_interval, patience))
      tell(fmt::format("association ({})", pid));
  }

  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGCHLD) {
        reap();
      } else if (signal == SIGHUP) {
        reload();
      } else {
        stop();
      }
      if (!finished_) await_signal();
    });
  }

  void reload() {
    if (stopping_) return;
    manager_.reloading();
    notice_ = {};
    try {
      require_settings_file();
      take(config::reload_settings(settings_, source_.read()));
    } catch (const std::exception& error) {
      notice_ = {error.what(), {}};
      log::error(fmt::format("the settings are not reloaded, those before stay in use: {}", error.what()));
    }
    if (!leave_notice(settings_.data, notice_))
      log::warning("no alert will tell of it: the data folder is full");
    manager_.ready(status());
  }

  void take(const config::ReloadedSettings& reloaded) {
    check_settings(reloaded.settings);
    launcher_.set_settings(reloaded.settings);
    notice_.waiting = fmt::format("{}", fmt::join(reloaded.waiting, ", "));
    if (!notice_.waiting.empty()) {
      log::warning(fmt::format("these settings changed and need a restart: {}", notice_.waiting));
    }
    settings_ = reloaded.settings;
    log::start("supervisor", settings_.log_level, settings_.log_format);
    if (!reloaded.changed.empty()) {
      gate_.set_deadline(settings_.association_request_timeout);
      if (receives_) pool_.renew(pool_limits(settings_));
      for (auto& [name, role] : roles_) {
        if (name != "database" && name != "tls") role.finish();
      }
    }
    renew_tls(reloaded.changed);
    log::info(reloaded.changed.empty()
                  ? "settings reloaded; none that can change at run time has changed"
                  : fmt::format("settings reloaded; changed: {}", fmt::join(reloaded.changed, ", ")));
  }

  /// Where only files may have changed, the tls process reads them again. Else another takes its place, and
  /// it relays the associations in hand to their end.
  void renew_tls(const std::vector<std::string>& changed) {
    const auto tls = roles_.find("tls");
    if (tls == roles_.end() || tls->second.pid() < 0) return;
    if (std::ranges::none_of(changed, &concerns_tls)) {
      ::kill(tls->second.pid(), SIGHUP);
      return;
    }
    parted_.insert(tls->second.part());
    tls_port_.disconnect();
    start(tls->first, tls->second);
  }

  static bool concerns_tls(const std::string& key) {
    return key.starts_with("tls.") || key.starts_with("log.") || key == "receive.pdu_timeout" ||
           key == "receive.association_request_timeout";
  }

  void reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto role = std::find_if(roles_.begin(), roles_.end(),
                                     [pid](const auto& entry) { return entry.second.pid() == pid; });
      if (parted_.erase(pid) > 0) continue;
      if (role != roles_.end()) {
        role_ended(role->first, role->second, status);
      } else if (const auto reports = pool_.reap(pid); reports && status != 0) {
        log::warning(fmt::format("process {} is started again. {}", pid,
                                 process_end("association", pid, status, *reports).detail));
      }
    }
    if (stopping_) continue_stop();
  }

  void role_ended(const std::string& name, SingleRole& role, int status) {
    const bool renewed = role.finishing() && status == 0;
    const ProcessEnd end = role.end(name, status);
    if (name == "tls") tls_port_.disconnect();
    if (stopping_) return;
    if (renewed) return start(name, role);
    log::warning(fmt::format("process {} is started again. {}{}", end.pid, end.detail,
                             name == "database" ? " postgresql.log in the data folder says why." : ""));
    start_later(name, role);
  }

  void start_later(const std::string& name, SingleRole& role) {
    role.restart.expires_after(role.pause_before_restart());
    role.restart.async_wait([this, &name, &role](const boost::system::error_code& error) {
      if (!error && !stopping_) start(name, role);
    });
  }

  void stop() {
    if (stopping_) return;
    stopping_ = true;
    log::info("stopping: work in hand is finished first");
    manager_.stopping("stopping: work in hand is finished first");
    listener_.close();
    tls_port_.stop();
    pool_.stop();
    count_log_.cancel();
    for (auto& [name, role] : roles_) {
      role.restart.cancel();
      // Those that may close their end still show that they are alive; upkeep is to see that the service
      // ends.
      if (name == "upkeep" || name == "tls")
        role.tell_to_stop();
      else if (name != "database")
        role.finish();
    }
    stop_timer_.expires_after(stop_deadline);
    stop_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) interrupt();
    });
    continue_stop();
  }

  /// The database goes last: whoever finishes work in hand needs it.
  void continue_stop() {
    const bool workers_left = !pool_.empty() || !parted_.empty() ||
                              std::any_of(roles_.begin(), roles_.end(), [](const auto& entry) {
                                return entry.first != "database" && entry.second.pid() > 0;
                              });
    if (workers_left) return;
    const auto database = roles_.find("database");
    if (database != roles_.end() && database->second.pid() > 0) {
      ::kill(database->second.pid(), SIGINT);
      return;
    }
    finished_ = true;
    log::info("stopped");
    loop_.stop();
  }

  void interrupt() {
    log::warning("work in hand takes too long; it is interrupted and will be repeated after the next start");
    for (const pid_t pid : pool_.pids()) ::kill(pid, SIGKILL);
    for (const pid_t pid : parted_) ::kill(pid, SIGKILL);
    for (auto& [name, role] : roles_) {
      if (name != "database" && role.pid() > 0) ::kill(role.pid(), SIGKILL);
    }
  }

  config::Settings settings_;
  SettingsSource source_;
  SettingsNotice notice_;
  ServiceManager manager_;
  RoleLauncher launcher_;
  boost::asio::io_context loop_{1};
  Listener listener_;
  TlsPort tls_port_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer stop_timer_;
  boost::asio::steady_timer watch_timer_;
  GateCounts counts_;  ///< For the log, and for whoever shows figures.
  GateCounts logged_counts_;
  boost::asio::steady_timer count_log_;
  KnownSenders senders_;
  RequestGate gate_;
  AssociationPool pool_;
  std::map<std::string, SingleRole> roles_;
  std::set<pid_t> parted_;  ///< tls processes that end with the last association in hand.
  bool receives_ = false;
  bool stopping_ = false;
  bool finished_ = false;
};

}  // namespace

const std::vector<std::string>& all_roles() {
  static const std::vector<std::string> roles{"database", "association", "analysis",
                                              "delivery", "upkeep",      "web"};
  return roles;
}

int supervise(const config::Settings& settings, const std::vector<std::string>& roles,
              const std::vector<std::string>& arguments, const SettingsSource& source) {
  return Supervisor(settings, roles.empty() ? all_roles() : roles, arguments, source).run();
}

}  // namespace glisson::server
