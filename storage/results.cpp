#include "storage/results.hpp"

#include "storage/array_literal.hpp"
#include "storage/connection.hpp"
#include "storage/job_outcome.hpp"
#include "storage/region_results.hpp"

namespace glisson::storage {
namespace {

/// Also makes two analyses of one segmentation write one after the other.
constexpr Statement lock_segmentation_of_job{"lock_segmentation_of_job", R"(
  select instance_id from job join instance using (instance_id)
  where job_id = $1 for no key update of instance)"};

constexpr Statement count_known_reports{"count_known_reports", R"(
  select count(*) from report where sop_instance_uid = any($1::text[]))"};

constexpr Statement insert_analysis{"insert_analysis", R"(
  insert into analysis (job_id, instance_id, image_series_instance_uid, protocol_name, protocol_version,
                        protocol_digest, input_digest, software_version, summary, result_digest)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning analysis_id)"};

constexpr Statement select_earlier_analysis{"select_earlier_analysis", R"(
  select analysis_id, coalesce(result_digest, '') from analysis join instance using (instance_id)
  where sop_instance_uid = (select sop_instance_uid from instance where instance_id = $1)
    and protocol_name = $2
  order by analysis_id desc limit 1)"};
constexpr Statement select_earlier_reports{"select_earlier_reports", R"(
  select iod, demonstration, sop_class_uid, sop_instance_uid, series_instance_uid
  from report where analysis_id = $1 order by position)"};

constexpr Statement insert_assessment{"insert_assessment", R"(
  insert into assessment (analysis_id, segment_number, model_name, model_version, model_digest, model_title,
                          model_status, endpoint, score_name, score, score_unit, probability, category, wording,
                          risk, at_cut_off, contributions, reason, detail)
  select $1, nullif($2::integer, 0), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
         (select coalesce(jsonb_agg(jsonb_build_object('input', input, 'value', value, 'unit', unit,
                                                       'contribution', contribution) order by place), '[]')
          from unnest($17::text[], $18::double precision[], $19::text[], $20::double precision[])
               with ordinality as inputs (input, value, unit, contribution, place)),
         $21, $22)"};

constexpr Statement insert_report{"insert_report", R"(
  insert into report (analysis_id, position, iod, demonstration, sop_class_uid, sop_instance_uid,
                      series_instance_uid, part10)
  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (sop_instance_uid) do nothing)"};
constexpr Statement insert_own_object{
    "insert_own_object", "insert into own_object (sop_instance_uid) values ($1) on conflict do nothing"};

constexpr Statement insert_deliver_jobs{"insert_deliver_jobs", R"(
  insert into job (kind, state, analysis_id, peer_id, priority, reason, detail)
  select 'deliver', case when hold.reason is null then 'scheduled' else 'held' end, $1, peer_id,
         (select priority from job where job_id = $2), hold.reason,
         case when hold.reason is not null
              then 'Held until purpose, responsible person and term of the destination are declared.' end
  from peer, lateral (select hold_reason(purpose, responsible, valid_until) as reason) as hold
  where receives_reports and removed_at is null)"};

std::optional<std::string> literal_of(const std::optional<double>& number) {
  return number ? std::optional(number_literal(*number)) : std::nullopt;
}

void store_assessment(Transaction& transaction, std::int64_t analysis_id,
                      const engine::RiskAssessment& assessment) {
  std::vector<std::string> inputs;
  std::vector<double> values;
  std::vector<std::string> units;
  std::vector<double> contributions;
  for (const engine::Contribution& part : assessment.contributions) {
    inputs.push_back(part.input);
    values.push_back(part.value);
    units.push_back(part.unit);
    contributions.push_back(part.contribution);
  }
  const engine::RiskModel& model = *assessment.model;
  const auto category = assessment.category.value_or(engine::ScoreCategory{});
  const std::string reason = assessment.reason ? std::string(keyword(*assessment.reason)) : std::string();
  transaction.run(insert_assessment, analysis_id, assessment.segment_number, model.name, model.version,
                  model.digest, model.title, std::string(keyword(model.status)), model.endpoint,
                  model.score_name, literal_of(assessment.score), model.score_unit,
                  literal_of(assessment.probability), null_if_empty(category.label),
                  null_if_empty(category.wording), null_if_empty(category.risk), assessment.at_cut_off,
                  array_literal(inputs), array_literal(values), array_literal(units),
                  array_literal(contributions), null_if_empty(reason), null_if_empty(assessment.detail));
}

std::size_t known_reports(Transaction& transaction, const std::vector<ReportResult>& reports) {
  std::vector<std::string> uids;
  uids.reserve(reports.size());
  for (const ReportResult& report : reports) uids.push_back(report.sop_instance_uid);
  return transaction.run(count_known_reports, array_literal(uids)).front().front().as<std::size_t>();
}

void store_reports(Transaction& transaction, std::int64_t analysis_id,
                   const std::vector<ReportResult>& reports) {
  int position = 0;
  for (const ReportResult& report : reports) {
    transaction.run(insert_report, analysis_id, position++, report.iod, report.demonstration,
                    report.sop_class_uid, report.sop_instance_uid, report.series_instance_uid,
                    pqxx::binarystring(report.part10.data(), report.part10.size()));
    transaction.run(insert_own_object, report.sop_instance_uid);
  }
}

std::int64_t store_analysis(Transaction& transaction, const Job& job, std::int64_t segmentation_id,
                            const AnalysisResult& result) {
  return transaction
      .run(insert_analysis, job.id, segmentation_id, result.image_series_instance_uid, result.protocol_name,
           result.protocol_version, result.protocol_digest, result.input_digest, result.software_version,
           result.summary, null_if_empty(result.result_digest))
      .front()
      .front()
      .as<std::int64_t>();
}

}  // namespace

bool store_results(Database& database, const Job& job, const AnalysisResult& result) {
  return database.connection().transaction([&](Transaction& transaction) {
    if (!end_attempt(transaction, job, {.state = "done", .outcome = "done"})) return false;
    const auto segmentation_id =
        transaction.run(lock_segmentation_of_job, job.id).front().front().as<std::int64_t>();
    const std::size_t known = known_reports(transaction, result.reports);
    if (known > 0 && known == result.reports.size()) return true;

    const std::int64_t analysis_id = store_analysis(transaction, job, segmentation_id, result);
    for (const RegionResult& region : result.regions) store_region(transaction, analysis_id, result, region);
    for (const auto& assessment : result.assessments) store_assessment(transaction, analysis_id, assessment);
    store_reports(transaction, analysis_id, result.reports);
    if (!result.reports.empty()) transaction.run(insert_deliver_jobs, analysis_id, job.id);
    return true;
  });
}

std::optional<EarlierResults> earlier_results(Database& database, std::int64_t segmentation_id,
                                              const std::string& protocol_name) {
  using Found = std::optional<EarlierResults>;
  return database.connection().transaction([&](Transaction& transaction) -> Found {
    const pqxx::result analysis = transaction.run(select_earlier_analysis, segmentation_id, protocol_name);
    if (analysis.empty()) return std::nullopt;
    EarlierResults earlier{analysis[0][1].c_str(), {}};
    for (const pqxx::row& row : transaction.run(select_earlier_reports, analysis[0][0].as<std::int64_t>())) {
      earlier.reports.push_back(
          {row[0].c_str(), row[1].as<bool>(), row[2].c_str(), row[3].c_str(), row[4].c_str(), {}});
    }
    return earlier;
  });
}

}  // namespace glisson::storage
