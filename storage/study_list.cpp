#include "storage/study_list.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

/// Only the states of the studies up to the last one listed are looked at. Where few studies are in a state,
/// the jobs that it comes from name them, so that a long history need not be gone through.
constexpr Statement select_studies{"select_study_list", R"(
  select study_id, study_instance_uid, accession_number, patient_id, study_date, study_description, state,
         iso_8601(created_at) as first_received_at, instances, iso_8601(last_received_at) as last_received_at
  from (
    select study.*, state from study cross join lateral (select study_state(study_id) as state) named
    where ($1::text = '' or starts_with(accession_number, $1) or starts_with(patient_id, $1)
           or starts_with(study_instance_uid, $1))
      and ($2::text = '' or state = $2)
      and ($2::text in ('', 'waiting for segmentation', 'analysed', 'reported')
           or study_id in (select study_id from standing_job where state <> 'done'))
      and ($4::bigint = 0 or study_id < $4)
    order by study_id desc limit $3) page
  cross join lateral (
    select count(*) filter (where instance.state = 'current') as instances, max(received_at) as last_received_at
    from series join instance using (series_id) where series.study_id = page.study_id) received
  order by study_id desc)"};

constexpr Statement select_study_id{"select_study_id",
                                    "select study_id from study where study_instance_uid = $1"};

constexpr Statement select_scores{"select_scores", R"(
  select model, model_version, model_status, label, endpoint, score, unit, category, reason
  from score where study_instance_uid = $1 and latest order by model, segment_number)"};

/// A report is written in several forms, of which each destination takes one: what it has not taken yet has
/// no form either.
constexpr Statement select_reports{"select_reports_of_study", R"(
  select report.sop_instance_uid, peer.name as destination, iso_8601(analysis.created_at) as created_at,
         iso_8601(delivery.sent_at) as sent_at
  from study join series using (study_id) join instance using (series_id) join analysis using (instance_id)
  left join job on job.analysis_id = analysis.analysis_id and job.kind = 'deliver'
  left join peer using (peer_id) left join delivery on delivery.job_id = job.job_id
  left join report on report.report_id = delivery.report_id
  where study_instance_uid = $1 order by analysis.analysis_id desc, peer.name)"};

StudyView view_from(const pqxx::row& row) {
  return {.id = row["study_id"].as<std::int64_t>(),
          .study_instance_uid = row["study_instance_uid"].as<std::string>(),
          .accession_number = text_or_empty(row["accession_number"]),
          .patient_id = text_or_empty(row["patient_id"]),
          .study_date = text_or_empty(row["study_date"]),
          .description = text_or_empty(row["study_description"]),
          .state = row["state"].as<std::string>(),
          .instances = row["instances"].as<std::uint64_t>(),
          .first_received_at = row["first_received_at"].as<std::string>(),
          .last_received_at = text_or_empty(row["last_received_at"])};
}

std::vector<StudyView> list(Transaction& transaction, const StudySelection& selection) {
  std::vector<StudyView> studies;
  for (const pqxx::row& row : transaction.run(select_studies, selection.search, selection.state,
                                              selection.limit, selection.before)) {
    studies.push_back(view_from(row));
  }
  return studies;
}

}  // namespace

std::vector<StudyView> list_studies(Database& database, const StudySelection& selection) {
  return database.connection().transaction(
      [&](Transaction& transaction) { return list(transaction, selection); });
}

std::optional<StudyView> find_study(Database& database, const std::string& study_instance_uid) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<StudyView> {
    const pqxx::result id = transaction.run(select_study_id, study_instance_uid);
    if (id.empty()) return std::nullopt;
    const auto found =
        list(transaction, {.search = {}, .state = {}, .limit = 1, .before = id[0][0].as<std::int64_t>() + 1});
    return found.front();
  });
}

std::vector<ScoreView> scores_of(Database& database, const std::string& study_instance_uid) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<ScoreView> scores;
    for (const pqxx::row& row : transaction.run(select_scores, study_instance_uid)) {
      ScoreView score{.model = row["model"].as<std::string>(),
                      .version = row["model_version"].as<std::string>(),
                      .status = row["model_status"].as<std::string>(),
                      .label = text_or_empty(row["label"]),
                      .endpoint = row["endpoint"].as<std::string>(),
                      .score = std::nullopt,
                      .unit = row["unit"].as<std::string>(),
                      .category = text_or_empty(row["category"]),
                      .reason = text_or_empty(row["reason"])};
      if (!row["score"].is_null()) score.score = row["score"].as<double>();
      scores.push_back(std::move(score));
    }
    return scores;
  });
}

std::vector<ReportView> reports_of(Database& database, const std::string& study_instance_uid) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<ReportView> reports;
    for (const pqxx::row& row : transaction.run(select_reports, study_instance_uid)) {
      reports.push_back({text_or_empty(row["sop_instance_uid"]), text_or_empty(row["destination"]),
                         row["created_at"].as<std::string>(), text_or_empty(row["sent_at"])});
    }
    return reports;
  });
}

}  // namespace glisson::storage
