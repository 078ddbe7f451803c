#include "server/status/status_facts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

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

}  // namespace

StatusFacts status_facts(std::optional<storage::Database>& database, const config::Settings& settings) {
  StatusFacts facts;
  facts.node = node_name(settings);
  read_certificate_days(facts, settings);
  facts.readiness = readiness(database, settings);
  if (!database) return facts;
  try {
    facts.roles = storage::connected_roles(*database);
    std::erase_if(facts.roles, [](const auto& connected) { return !is_role(connected); });
    facts.queue = storage::queue_lengths(*database);
    facts.day = storage::overview(*database, hours);
    facts.last = storage::last_moments(*database);
    facts.disks = disk_forecasts(*database, settings);
    facts.alerts = storage::list_alerts(*database, false, most_alerts);
  } catch (const TransientError& error) {
    facts.readiness.ready = false;
    facts.readiness.reason = "database_does_not_answer";
    facts.readiness.detail = error.what();
  }
  return facts;
}

}  // namespace glisson::server
