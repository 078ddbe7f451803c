#include "server/bundle/service_facts.hpp"

#include <nlohmann/json.hpp>

#include "storage/job_queue.hpp"
#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* left_out = "(left out)";

bool is_of_a_study(const storage::AlertView& alert) {
  return !alert.study_instance_uid.empty() || alert.kind == keyword(storage::AlertKind::study_too_large) ||
         alert.kind == keyword(storage::AlertKind::file_repaired);
}

/// An alert about a sender holds the title that it gave itself.
bool is_of_a_sender(const storage::AlertView& alert) {
  return alert.kind == keyword(storage::AlertKind::malformed_request);
}

/// An alert about a destination ends with the destination's own words.
bool quotes_a_peer(const storage::AlertView& alert) {
  return alert.kind == keyword(storage::AlertKind::destination_takes_nothing);
}

storage::AlertView without_free_text(storage::AlertView alert) {
  if (is_of_a_study(alert) || is_of_a_sender(alert)) alert.subject = left_out;
  if (quotes_a_peer(alert)) alert.detail = left_out;
  alert.study_instance_uid.clear();
  return alert;
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

StatusFacts without_free_text(StatusFacts facts) {
  for (auto& pause : facts.readiness.pauses) pause.reason = left_out;
  if (facts.readiness.reason == receive_paused) facts.readiness.detail = left_out;
  for (auto& alert : facts.alerts) alert = without_free_text(std::move(alert));
  return facts;
}

std::string queue_json(storage::Database& database) {
  constexpr int most_jobs = 200;
  Json counts = Json::array();
  for (const auto& entry : storage::queue_reasons(database)) {
    counts.push_back({{"kind", entry.kind},
                      {"state", entry.state},
                      {"reason", entry.reason},
                      {"jobs", entry.jobs},
                      {"oldest", entry.oldest}});
  }
  Json jobs = Json::array();
  storage::JobSelection selection;
  selection.limit = most_jobs;
  for (const auto& job : storage::list_jobs(database, selection)) {
    jobs.push_back({{"id", job.id},
                    {"kind", job.kind},
                    {"state", job.state},
                    {"reason", job.reason},
                    {"attempt", job.attempt},
                    {"failures", job.failures},
                    {"created_at", job.created_at},
                    {"run_at", job.run_at},
                    {"finished_at", job.finished_at}});
  }
  return text_of({{"counts", std::move(counts)}, {"jobs", std::move(jobs)}});
}

std::string peers_json(storage::Database& database) {
  Json peers = Json::array();
  for (const auto& peer : storage::list_peers(database)) {
    Json networks = Json::array();
    for (const auto& network : peer.networks) networks.push_back(network.text());
    peers.push_back({{"name", peer.name},
                     {"ae_title", peer.ae_title.value()},
                     {"host", peer.host},
                     {"port", peer.port},
                     {"networks", std::move(networks)},
                     {"tls", peer.tls},
                     {"bound_to_certificate", !peer.certificate.empty()},
                     {"may_store", peer.may_store},
                     {"may_query", peer.may_query},
                     {"may_echo", peer.may_echo},
                     {"receives_reports", peer.receives_reports},
                     {"purpose", peer.purpose ? storage::keyword(*peer.purpose) : ""},
                     {"valid_until", peer.valid_until}});
  }
  return text_of(peers);
}

std::string alerts_json(storage::Database& database) {
  constexpr int most_alerts = 200;
  Json alerts = Json::array();
  for (const auto& each : storage::list_alerts(database, true, most_alerts)) {
    const auto alert = without_free_text(each);
    alerts.push_back({{"id", alert.id},
                      {"kind", alert.kind},
                      {"subject", alert.subject},
                      {"detail", alert.detail},
                      {"times", alert.times},
                      {"raised_at", alert.raised_at},
                      {"last_at", alert.last_at},
                      {"closed_at", alert.closed_at}});
  }
  return text_of(alerts);
}

std::string refused_json(storage::Database& database) {
  Json rows = Json::array();
  for (const auto& refused : storage::list_refused_associations(database)) {
    rows.push_back({{"reason", storage::keyword(refused.attempt.reason)},
                    {"address", refused.attempt.address},
                    {"times", refused.times},
                    {"first_seen", refused.first_seen},
                    {"last_seen", refused.last_seen}});
  }
  return text_of(rows);
}

std::string figures_json(storage::Database& database) {
  const auto day = storage::overview(database, 24);
  const auto figures = storage::database_figures(database);
  Json waiting = Json::array();
  for (const auto& entry : day.waiting) {
    waiting.push_back({{"state", entry.state}, {"studies", entry.studies}, {"oldest", entry.oldest}});
  }
  return text_of({{"instances_in_24_hours", day.instances},
                  {"studies_in_24_hours", day.studies},
                  {"bytes_in_24_hours", day.bytes},
                  {"reports_in_24_hours", day.reports},
                  {"studies_under_way", std::move(waiting)},
                  {"failed_jobs", day.failed_jobs},
                  {"held_reports", day.held_reports},
                  {"postgresql", figures.version},
                  {"database_bytes", figures.size},
                  {"schema", figures.schema}});
}

}  // namespace glisson::server
