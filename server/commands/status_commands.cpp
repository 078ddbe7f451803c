#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "server/resources/pause_words.hpp"
#include "server/resources/readiness.hpp"
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

void print(const storage::AlertView& alert) {
  std::cout << fmt::format("{:>8}  {}  {}  {}: {} ({} times{})\n", alert.id, alert.last_at, alert.kind,
                           alert.subject, alert.detail, alert.times,
                           alert.closed_at.empty() ? "" : ", closed " + alert.closed_at);
}

void print_disk(const char* name, const storage::DiskSpace& disk) {
  std::cout << fmt::format("  {:<10} {} MiB free, {} MiB kept free\n", name, disk.free >> 20U,
                           disk.mark >> 20U);
}

void print(const Readiness& node, const std::vector<storage::AlertView>& alerts) {
  if (node.ready) {
    std::cout << fmt::format("This node receives, since {}.\n", node.state->since);
  } else {
    std::cout << fmt::format("This node does not receive: {}, {}\n", node.reason, node.detail);
  }
  for (const auto& pause : node.pauses) {
    std::cout << fmt::format("{}; to go on: glisson resume {}\n", sentence(pause),
                             storage::keyword(pause.activity));
  }
  if (node.state) {
    print_disk("store", node.state->store);
    if (node.state->database) print_disk("database", *node.state->database);
    std::cout << fmt::format("  {:<10} {} analyses due, the oldest since {} s\n", "queue",
                             node.state->queue.due, node.state->queue.oldest.count());
  }
  for (const auto& alert : alerts) print(alert);
}

}  // namespace

int status(const StatusOptions& options) {
  constexpr int most_alerts = 20;
  const auto settings = resolve(options.settings);
  std::optional<storage::Database> database;
  const Readiness node = readiness(database, settings);
  std::vector<storage::AlertView> alerts;
  if (database) alerts = storage::list_alerts(*database, false, most_alerts);
  if (options.json) {
    nlohmann::json object{{"ready", node.ready},
                          {"reason", node.reason},
                          {"detail", node.detail},
                          {"resources", node.state ? to_json(*node.state) : nlohmann::json()},
                          {"pauses", nlohmann::json::array()},
                          {"alerts", nlohmann::json::array()}};
    for (const auto& pause : node.pauses) object["pauses"].push_back(to_json(pause));
    for (const auto& alert : alerts) object["alerts"].push_back(to_json(alert));
    std::cout << object.dump(2) << '\n';
  } else {
    print(node, alerts);
  }
  return node.ready ? exit_success : exit_transient;
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
