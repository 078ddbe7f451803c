#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "server/status/status_facts.hpp"
#include "server/status/status_screen.hpp"
#include "server/version.hpp"
#include "storage/alerts.hpp"

namespace glisson::server {
namespace {

nlohmann::json to_json(const storage::AlertView& alert) {
  return {{"alert_id", alert.id},
          {"kind", alert.kind},
          {"subject", alert.subject},
          {"detail", alert.detail},
          {"study_instance_uid", alert.study_instance_uid},
          {"raised_at", alert.raised_at},
          {"last_at", alert.last_at},
          {"closed_at", alert.closed_at},
          {"times", alert.times}};
}

nlohmann::json to_json(const storage::DiskSpace& disk) { return {{"free", disk.free}, {"mark", disk.mark}}; }

nlohmann::json to_json(const storage::NodeState& state) {
  return {{"node", state.node},
          {"since", state.since},
          {"store", to_json(state.store)},
          {"database", state.database ? to_json(*state.database) : nlohmann::json()},
          {"due_analyses", state.queue.due},
          {"oldest_due", state.queue.oldest.count()},
          {"age", state.age.count()}};
}

nlohmann::json to_json(const storage::Pause& pause) {
  return {{"activity", storage::keyword(pause.activity)},
          {"who", pause.who},
          {"reason", pause.reason},
          {"since", pause.since}};
}

nlohmann::json to_json(const storage::QueueLength& length) {
  return {{"kind", length.kind}, {"state", length.state}, {"jobs", length.jobs}, {"oldest", length.oldest}};
}

nlohmann::json to_json(const storage::ConnectedRole& role) {
  return {{"role", role.role}, {"host", role.host}, {"connections", role.connections}, {"since", role.since}};
}

nlohmann::json to_json(const DiskForecast& disk) {
  return {{"name", disk.name},
          {"answers", disk.answers},
          {"free", disk.free},
          {"total", disk.total},
          {"forecast_days", disk.days ? nlohmann::json(*disk.days) : nlohmann::json()}};
}

nlohmann::json to_json(const storage::AuditBacklog& audit) {
  return {{"waiting", audit.waiting}, {"oldest_waiting_seconds", audit.oldest.count()}};
}

template <typename Rows>
nlohmann::json rows_json(const Rows& rows) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows) list.push_back(to_json(row));
  return list;
}

nlohmann::json to_json(const StatusFacts& facts) {
  const Readiness& node = facts.readiness;
  const auto& days = facts.certificate_days;
  return {{"node", facts.node},
          {"version", version()},
          {"ready", facts.unknown() ? nlohmann::json() : nlohmann::json(node.ready)},
          {"reason", node.reason},
          {"detail", node.detail},
          {"next_command", facts.unreachable ? facts.unreachable->command : ""},
          {"settings_error", facts.settings_error},
          {"resources", node.state ? to_json(*node.state) : nlohmann::json()},
          {"roles", rows_json(facts.roles)},
          {"queue", rows_json(facts.queue)},
          {"last_received", facts.last.received},
          {"last_reported", facts.last.reported},
          {"instances_in_24_hours", facts.day.instances},
          {"reports_in_24_hours", facts.day.reports},
          {"held_reports", facts.day.held_reports},
          {"disks", rows_json(facts.disks)},
          {"certificate_days", days ? nlohmann::json(*days) : nlohmann::json()},
          {"audit", facts.audit ? to_json(*facts.audit) : nlohmann::json()},
          {"pauses", rows_json(node.pauses)},
          {"alerts", rows_json(facts.alerts)}};
}

void print(const storage::AlertView& alert) {
  std::cout << fmt::format("{:>8}  {}  {}  {}: {} ({} times{})\n", alert.id, alert.last_at, alert.kind,
                           alert.subject, alert.detail, alert.times,
                           alert.closed_at.empty() ? "" : ", closed " + alert.closed_at);
}

StatusFacts facts_of(const SettingsOptions& options) {
  try {
    const auto [settings, settings_error] = resolve_leniently(options);
    std::optional<storage::Database> database;
    StatusFacts facts = status_facts(database, settings);
    facts.settings_error = settings_error;
    return facts;
  } catch (const RejectedInput& error) {
    if (error.reason() != RejectionReason::not_permitted) throw;
    return hidden_facts(error.what());
  }
}

}  // namespace

int status(const StatusOptions& options) {
  const StatusFacts facts = facts_of(options.settings);
  if (options.json) {
    std::cout << to_json(facts).dump(2) << '\n';
  } else {
    std::cout << status_screen(facts);
  }
  if (facts.readiness.ready) return exit_success;
  if (!facts.unknown()) return exit_transient;
  return facts.unreachable->obstacle == Obstacle::not_permitted ? exit_not_permitted : exit_not_found;
}

int alert_list(const AlertOptions& options) {
  auto database = open_service_database(options.settings, "alert");
  const auto alerts = storage::list_alerts(database, options.all, options.limit);
  if (options.json) {
    auto rows = nlohmann::json::array();
    for (const auto& alert : alerts) rows.push_back(to_json(alert));
    std::cout << rows.dump(2) << '\n';
    return exit_success;
  }
  if (alerts.empty()) std::cout << "No alerts.\n";
  for (const auto& alert : alerts) print(alert);
  return exit_success;
}

int alert_close(const AlertOptions& options) {
  auto database = open_service_database(options.settings, "alert");
  if (!storage::close_alert(database, options.id)) {
    std::cerr << fmt::format("glisson: there is no open alert {}; `glisson alert list` shows them\n",
                             options.id);
    return exit_not_found;
  }
  std::cout << fmt::format("alert {} is closed\n", options.id);
  return exit_success;
}

}  // namespace glisson::server
