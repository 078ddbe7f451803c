#include <fmt/chrono.h>

#include <nlohmann/json.hpp>

#include "engine/errors.hpp"
#include "server/tls/certificate.hpp"
#include "server/version.hpp"
#include "server/web/api.hpp"
#include "server/web/disk_forecast.hpp"
#include "storage/figures.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

json disks_json(Call& call) {
  auto disks = json::array();
  for (const auto& disk : disk_forecasts(call.database, call.state.settings)) {
    disks.push_back({{"path", disk.path},
                     {"answers", disk.answers},
                     {"total", disk.total},
                     {"free", disk.free},
                     {"forecast_days", disk.days ? json(*disk.days) : json()},
                     {"high_water", disk.high_water}});
  }
  return disks;
}

/// The certificate that is shown to those who call; one that cannot be read is told as such.
json certificates_json(const config::Settings& settings) {
  auto certificates = json::array();
  if (settings.tls_certificate.empty()) return certificates;
  const std::string path = settings.tls_certificate.string();
  try {
    const Certificate certificate = read_certificate(settings.tls_certificate);
    certificates.push_back(
        {{"path", path},
         {"subject", certificate.subject},
         {"expires_at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                                                 certificate.valid_until)))},
         {"days", days_left(certificate)}});
  } catch (const RejectedInput& error) {
    certificates.push_back(
        {{"path", path}, {"subject", error.what()}, {"expires_at", nullptr}, {"days", nullptr}});
  }
  return certificates;
}

Response show_system(Call& call) {
  auto roles = json::array();
  for (const auto& role : storage::connected_roles(call.database)) {
    roles.push_back(
        {{"role", role.role}, {"host", role.host}, {"processes", role.connections}, {"since", role.since}});
  }
  const auto database = storage::database_figures(call.database);
  return json_response({{"disk", disks_json(call)},
                        {"certificates", certificates_json(call.state.settings)},
                        {"roles", std::move(roles)},
                        {"database", {{"version", database.version}, {"size", database.size}}},
                        {"version", version()},
                        {"schema", database.schema}});
}

}  // namespace

std::vector<Route> system_routes() { return {{"GET", "/api/system", Access::viewer, show_system}}; }

}  // namespace glisson::server
