#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/web/api.hpp"
#include "storage/study_list.hpp"
#include "storage/timeline.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

json to_json(const storage::StudyView& study) {
  return {{"id", study.id},
          {"study_instance_uid", study.study_instance_uid},
          {"accession_number", text_or_null(study.accession_number)},
          {"patient_id", text_or_null(study.patient_id)},
          {"study_date", text_or_null(study.study_date)},
          {"description", text_or_null(study.description)},
          {"state", study.state},
          {"instances", study.instances},
          {"first_received_at", study.first_received_at},
          {"last_received_at", text_or_null(study.last_received_at)}};
}

json to_json(const storage::ScoreView& score) {
  return {{"model", score.model},
          {"version", score.version},
          {"status", score.status},
          {"label", text_or_null(score.label)},
          {"endpoint", score.endpoint},
          {"score", score.score ? json(*score.score) : json()},
          {"unit", text_or_null(score.unit)},
          {"category", text_or_null(score.category)},
          {"reason", text_or_null(score.reason)}};
}

Response show_studies(Call& call) {
  const auto limit = static_cast<int>(call.number("limit", 50, 1, 500));
  // One more than asked for tells whether there are more.
  auto studies = storage::list_studies(call.database, {.search = call.parameter("q"),
                                                       .state = call.parameter("state"),
                                                       .limit = limit + 1,
                                                       .before = call.number("before", 0, 0, INT64_MAX)});
  const bool more = static_cast<int>(studies.size()) > limit;
  if (more) studies.pop_back();
  auto rows = json::array();
  for (const auto& study : studies) rows.push_back(to_json(study));
  return json_response({{"studies", std::move(rows)}, {"next", more ? json(studies.back().id) : json()}});
}

json timeline_json(Call& call, const std::string& uid) {
  auto entries = json::array();
  const auto timelines = storage::study_timelines(call.database, uid);
  // A UID may be another study's accession number.
  const auto found = std::ranges::find(timelines, uid, &storage::StudyTimeline::study_instance_uid);
  if (found == timelines.end()) return entries;
  for (const auto& entry : found->entries) {
    entries.push_back({{"at", entry.at}, {"what", entry.what}, {"stuck", entry.stuck}, {"next", entry.next}});
  }
  return entries;
}

Response show_study(Call& call) {
  const std::string& uid = call.arguments.front();
  const auto study = storage::find_study(call.database, uid);
  if (!study) {
    throw ApiError{404, "no_such_study", "No study with this Study Instance UID has arrived.", {}};
  }
  auto scores = json::array();
  for (const auto& score : storage::scores_of(call.database, uid)) scores.push_back(to_json(score));
  auto reports = json::array();
  for (const auto& report : storage::reports_of(call.database, uid)) {
    reports.push_back({{"sop_instance_uid", text_or_null(report.sop_instance_uid)},
                       {"destination", text_or_null(report.destination)},
                       {"created_at", report.created_at},
                       {"sent_at", text_or_null(report.sent_at)}});
  }
  return json_response({{"study", to_json(*study)},
                        {"timeline", timeline_json(call, uid)},
                        {"scores", std::move(scores)},
                        {"reports", std::move(reports)}});
}

}  // namespace

std::vector<Route> study_routes() {
  return {{"GET", "/api/studies", Access::viewer, show_studies},
          {"GET", "/api/studies/{}", Access::viewer, show_study}};
}

}  // namespace glisson::server
