#include "tests/support/stored_study.hpp"

#include <atomic>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <thread>

namespace glisson::tests {
namespace {

using namespace std::chrono_literals;

std::int64_t insert(const TestDatabase& database, const std::string& sql) {
  return std::stoll(database.value(sql));
}

std::int64_t insert_series(const TestDatabase& database, std::int64_t study, const std::string& uid,
                           const std::string& modality) {
  return insert(
      database,
      "insert into series (study_id, series_instance_uid, modality, frame_of_reference_uid) values (" +
          std::to_string(study) + ", '" + uid + "', '" + modality + "', '2.25.7') returning series_id");
}

std::int64_t insert_instance(const TestDatabase& database, std::int64_t series, const std::string& uid,
                             const std::string& sop_class, std::int64_t association) {
  return insert(
      database,
      "insert into instance (series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, state, "
      "file_id, bytes, digest, association_id) values (" +
          std::to_string(series) + ", '" + uid + "', '" + sop_class +
          "', '1.2.840.10008.1.2.1', 'current', 'file " + uid + "', 1000, sha256('" + uid + "'), " +
          std::to_string(association) + ") returning instance_id");
}

const engine::FeatureDefinition mean{"firstorder", "Mean", "Q4LE", "[hnsf'U]"};
const engine::FeatureDefinition coarseness{"ngtdm", "Coarseness", "QCDE", "1"};
const engine::FeatureDefinition uniformity{"firstorder", "Uniformity", "", "1"};

storage::RegionResult sample_lesion() {
  return {.segment_number = 2,
          .label = "Tumour \"A\", {left}\\lobe",
          .role = "lesion",
          .derivation = "",
          .tracking_id = "Tumour 1",
          .tracking_uid = "2.25.11",
          .size = {.volume = 1000.0 / 3,
                   .long_axis = {.start = {0.1, 0.2, 0.3}, .end = {1, 2, 3}, .length = 12.25},
                   .short_axis = {.start = {0, 0, 0}, .end = {1, 1, 1}, .length = 7.5},
                   .slice = 4,
                   .slices = 3,
                   .voxels = 120},
          .features = {{"original_firstorder_Mean", std::numbers::pi, std::nullopt, &mean},
                       {"original_firstorder_Uniformity", 5e-324, std::nullopt, &uniformity},
                       {"original_ngtdm_Coarseness", std::nullopt, engine::UndefinedReason::single_voxel,
                        &coarseness}},
          .not_measured = {}};
}

const engine::RiskModel& sample_model(engine::ModelStatus status) {
  static const auto make = [](engine::ModelStatus of) {
    engine::RiskModel model;
    model.name = "sample-model";
    model.version = "1.0.0";
    model.digest = "00";
    model.title = "Sample model";
    model.endpoint = "Nothing";
    model.score_name = "Sample score";
    model.status = of;
    return model;
  };
  static const engine::RiskModel published = make(engine::ModelStatus::published);
  static const engine::RiskModel demonstration = make(engine::ModelStatus::demonstration);
  return status == engine::ModelStatus::demonstration ? demonstration : published;
}

storage::ReportResult sample_report(const std::string& name, const std::string& iod, bool demonstration) {
  const std::string uid = dicom::derive_uid(name + iod + (demonstration ? " with demonstration" : ""));
  const std::string content = iod + '\0' + "\xff" + name;
  std::vector<std::byte> bytes(content.size());
  std::memcpy(bytes.data(), content.data(), content.size());
  return {.iod = iod,
          .demonstration = demonstration,
          .sop_class_uid = "1.2.840.10008.5.1.4.1.1.88.34",
          .sop_instance_uid = uid,
          .series_instance_uid = "2.25.12",
          .part10 = bytes};
}

}  // namespace

StoredStudy store_study(const TestDatabase& database, int images) {
  static std::atomic<int> count{0};
  const std::string uid = "2.25.1000." + std::to_string(++count);
  const std::int64_t association =
      insert(database,
             "insert into association (calling, called, address) values ('PACS', 'GLISSON', '127.0.0.1') "
             "returning association_id");
  const std::int64_t study =
      insert(database, "insert into study (study_instance_uid, patient_id, accession_number) values ('" +
                           uid + "', 'P1', 'A" + uid + "') returning study_id");
  const std::int64_t ct = insert_series(database, study, uid + ".1", "CT");
  const std::int64_t seg = insert_series(database, study, uid + ".2", "SEG");
  const std::int64_t segmentation =
      insert_instance(database, seg, uid + ".2.1", "1.2.840.10008.5.1.4.1.1.66.4", association);
  for (int image = 1; image <= images; ++image) {
    const std::string image_uid = uid + ".1." + std::to_string(image);
    insert_instance(database, ct, image_uid, "1.2.840.10008.5.1.4.1.1.2", association);
    database.rows("insert into segmentation_reference values (" + std::to_string(segmentation) + ", '" +
                  image_uid + "')");
  }
  return {.study_instance_uid = uid, .accession_number = "A" + uid, .segmentation_id = segmentation};
}

std::int64_t schedule_analysis(const TestDatabase& database, const StoredStudy& study,
                               const std::string& run_at) {
  return insert(database,
                "insert into job (kind, state, instance_id, run_at) values ('analyse', 'scheduled', " +
                    std::to_string(study.segmentation_id) + ", " + run_at + ") returning job_id");
}

std::int64_t add_destination(const TestDatabase& database, const std::string& name,
                             const std::string& purpose, const std::string& valid_until) {
  const std::string declaration =
      purpose.empty() ? "null, null, null" : "'" + purpose + "', 'Dr. Who', '" + valid_until + "'";
  return insert(database,
                "insert into peer (name, ae_title, host, port, may_store, may_query, may_echo, "
                "receives_reports, purpose, responsible, valid_until) values ('" +
                    name + "', '" + name + "', 'localhost', 104, true, false, true, true, " + declaration +
                    ") returning peer_id");
}

storage::Job claim(storage::Database& database, storage::JobKind kind) {
  auto job = storage::claim_job(database, {kind}, "test:1", 1h, 1h);
  if (!job) throw std::runtime_error("no job is due");
  return *job;
}

storage::Job claim_and_stall(storage::Database& database, storage::JobKind kind) {
  auto job = storage::claim_job(database, {kind}, "test:stalled", 1ms, 1h);
  if (!job) throw std::runtime_error("no job is due");
  std::this_thread::sleep_for(5ms);
  return *job;
}

storage::AnalysisResult sample_result(const std::string& name, bool with_demonstration) {
  storage::AnalysisResult result{.protocol_name = "pyradiomics-native",
                                 .protocol_version = "1.0.0",
                                 .protocol_digest = "abc",
                                 .image_series_instance_uid = "2.25.13",
                                 .input_digest = "def",
                                 .software_version = "0.1.0",
                                 .result_digest = {},
                                 .summary = "One lesion of 12 mm.",
                                 .regions = {sample_lesion()},
                                 .assessments = {},
                                 .reports = {}};
  result.regions.push_back({.segment_number = 1,
                            .label = "Liver",
                            .role = "liver",
                            .derivation = "",
                            .tracking_id = "Liver 1",
                            .tracking_uid = "2.25.14",
                            .size = {},
                            .features = {},
                            .not_measured = "empty_region"});

  engine::RiskAssessment lesion;
  lesion.model =
      &sample_model(with_demonstration ? engine::ModelStatus::demonstration : engine::ModelStatus::published);
  lesion.segment_number = 2;
  lesion.score = 0.1 + 0.2;
  lesion.contributions = {{"original_firstorder_Mean", std::numbers::pi, "[hnsf'U]", 0.1 + 0.2}};
  engine::RiskAssessment patient;
  patient.model = &sample_model(engine::ModelStatus::published);
  patient.reason = engine::NotAssessedReason::missing_input;
  patient.detail = "Missing: alpha-fetoprotein.";
  result.assessments = {lesion, patient};

  for (const bool demonstration : {true, false}) {
    if (demonstration && !with_demonstration) continue;
    for (const char* iod : {"comprehensive_3d", "comprehensive", "enhanced"}) {
      result.reports.push_back(sample_report(name, iod, demonstration));
    }
  }
  return result;
}

}  // namespace glisson::tests
