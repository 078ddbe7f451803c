#include "server/status/status_facts.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/errors.hpp"
#include "server/tls/certificate.hpp"

namespace glisson::server {
namespace {

constexpr int most_alerts = 100;
constexpr int hours = 24;

/// Connections that are a role's; the commands have some, too.
bool is_role(const storage::ConnectedRole& connected) {
  constexpr std::array<std::string_view, 5> roles{"association", "analysis", "delivery", "upkeep", "web"};
  return std::ranges::find(roles, connected.role) != roles.end();
}

void read_certificate_days(StatusFacts& facts, const config::Settings& settings) {
  if (settings.tls_certificate.empty()) return;
  try {
    facts.certificate_days = days_left(read_certificate(settings.tls_certificate));
  } catch (const RejectedInput& error) {
    facts.certificate_error = error.what();
  }
}

void set_unreachable(StatusFacts& facts, Unreachable unreachable) {
  facts.readiness.ready = false;
  facts.readiness.reason = keyword(unreachable.obstacle);
  facts.readiness.detail = unreachable.sentence;
  facts.unreachable = std::move(unreachable);
}

}  // namespace

bool StatusFacts::unknown() const {
  return unreachable && (unreachable->obstacle == Obstacle::not_permitted ||
                         unreachable->obstacle == Obstacle::no_data_folder);
}

StatusFacts hidden_facts(const std::string& why) {
  StatusFacts facts;
  set_unreachable(facts, {Obstacle::not_permitted, why, "sudo glisson status"});
  return facts;
}

StatusFacts status_facts(std::optional<storage::Database>& database, const config::Settings& settings) {
  StatusFacts facts;
  facts.node = node_name(settings);
  read_certificate_days(facts, settings);
  facts.readiness = readiness(database, settings);
  if (!database) {
    if (settings.database_url.empty()) {
      set_unreachable(facts, explain_silence(settings, facts.readiness.detail));
    }
    return facts;
  }
  try {
    facts.roles = storage::connected_roles(*database);
    std::erase_if(facts.roles, [](const auto& connected) { return !is_role(connected); });
    facts.queue = storage::queue_lengths(*database);
    facts.day = storage::overview(*database, hours);
    facts.last = storage::last_moments(*database);
    facts.disks = disk_forecasts(*database, settings);
    if (!settings.audit_collector.empty()) facts.audit = storage::audit_backlog(*database);
    facts.alerts = storage::list_alerts(*database, false, most_alerts);
  } catch (const TransientError& error) {
    facts.readiness.ready = false;
    facts.readiness.reason = keyword(Obstacle::database_does_not_answer);
    facts.readiness.detail = error.what();
  }
  return facts;
}

}  // namespace glisson::server
