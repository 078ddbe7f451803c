#include <nlohmann/json.hpp>

#include "server/resources/readiness.hpp"
#include "server/web/api.hpp"
#include "storage/alerts.hpp"
#include "storage/figures.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

json number_or_null(const std::optional<double>& number) { return number ? json(*number) : json(); }

json series_json(const std::vector<storage::HourlyFigures>& hours) {
  json series{{"at", json::array()},
              {"instances", json::array()},
              {"reports", json::array()},
              {"p95", json::array()}};
  for (const auto& hour : hours) {
    series["at"].push_back(hour.at);
    series["instances"].push_back(hour.instances);
    series["reports"].push_back(hour.reports);
    series["p95"].push_back(number_or_null(hour.p95));
  }
  return series;
}

json alerts_json(const std::vector<storage::AlertView>& alerts) {
  auto rows = json::array();
  for (const auto& alert : alerts) {
    rows.push_back({{"id", alert.id},
                    {"kind", alert.kind},
                    {"subject", alert.subject},
                    {"detail", alert.detail},
                    {"study", text_or_null(alert.study_instance_uid)},
                    {"raised_at", alert.raised_at},
                    {"last_at", alert.last_at},
                    {"times", alert.times}});
  }
  return rows;
}

Response show_overview(Call& call) {
  constexpr int most_hours = 24 * 31;
  constexpr int most_alerts = 20;
  const auto hours = static_cast<int>(call.number("hours", 24, 1, most_hours));
  const auto figures = storage::overview(call.database, hours);
  auto waiting = json::array();
  for (const auto& entry : figures.waiting) {
    waiting.push_back({{"state", entry.state}, {"studies", entry.studies}, {"oldest", entry.oldest}});
  }
  const Readiness node = readiness(call.database, call.state.settings);
  auto not_ready = json::array();
  // A pause is told as such.
  if (!node.ready && node.reason != receive_paused)
    not_ready.push_back({{"reason", node.reason}, {"message", node.detail}});
  return json_response(
      {{"received",
        {{"instances", figures.instances}, {"studies", figures.studies}, {"bytes", figures.bytes}}},
       {"reported", {{"reports", figures.reports}}},
       {"waiting", std::move(waiting)},
       {"failed", {{"jobs", figures.failed_jobs}, {"oldest", text_or_null(figures.oldest_failed)}}},
       {"held", {{"reports", figures.held_reports}}},
       {"latency",
        {{"p50", number_or_null(figures.latency.p50)},
         {"p95", number_or_null(figures.latency.p95)},
         {"count", figures.latency.count}}},
       {"series", series_json(storage::hourly_figures(call.database, hours))},
       {"ready", node.ready},
       {"not_ready", std::move(not_ready)},
       {"alerts", alerts_json(storage::list_alerts(call.database, false, most_alerts))},
       {"pauses", pauses_json(node.pauses)}});
}

}  // namespace

std::vector<Route> overview_routes() { return {{"GET", "/api/overview", Access::viewer, show_overview}}; }

}  // namespace glisson::server
