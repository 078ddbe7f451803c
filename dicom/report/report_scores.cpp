#include "dicom/report/report_codes.hpp"
#include "dicom/report/report_content.hpp"
#include "dicom/report/report_text.hpp"
#include "dicom/report/report_words.hpp"

namespace glisson::dicom {
namespace {

using enum Relationship;

/// TID 4019 row 4.
engine::CodedConcept algorithm_family(engine::Predictor predictor) {
  switch (predictor) {
    case engine::Predictor::linear:
      return codes::linear_predictor;
    case engine::Predictor::logistic:
      return codes::logistic_regression;
    case engine::Predictor::euclidean:
      return codes::euclidean_distance;
    case engine::Predictor::points:
      return codes::point_score;
    case engine::Predictor::criteria:
      return codes::criteria;
  }
  return {};
}

/// CID 3118.
engine::CodedConcept risk_concept(const std::string& risk) {
  if (risk == "high") return {"15508007", "SCT", "High"};
  if (risk == "moderate") return {"25594002", "SCT", "Moderate"};
  if (risk == "low") return {"75976002", "SCT", "Low"};
  if (risk == "uncertain") return {"64957009", "SCT", "Uncertain"};
  return {};
}

void add_algorithm_identification(ReportTree& tree, const engine::RiskModel& model,
                                  const engine::ExtractionProtocol& protocol) {
  tree.text(has_concept_mod, codes::algorithm_name, title_in_report(model));
  tree.text(has_concept_mod, codes::algorithm_version, model.version);
  const auto parameter = [&](const std::string& text) {
    tree.text(has_concept_mod, codes::algorithm_parameters, text);
  };
  parameter("model " + model.name + " " + model.version + ", SHA-256 " + model.digest);
  for (const auto& setting : protocol_settings(protocol)) parameter(setting);
  tree.code(has_concept_mod, codes::algorithm_family, algorithm_family(model.predictor));
  tree.text(has_concept_mod, codes::algorithm_manufacturer, "Glisson");
}

/// The values that the score came from, in the order of their contributions. Repeated here by value: a
/// reference to the measurement is an error by TID 1419.
void add_inputs(ReportTree& tree, const MeasurementReport& report, const engine::RiskAssessment& assessment) {
  for (const auto& contribution : assessment.contributions) {
    codes::FeatureCode code;
    code.name = codes::private_concept('I', contribution.input, input_in_words(contribution.input));
    for (const auto& region : report.regions) {
      if (region.segment_number != assessment.segment_number) continue;
      for (const auto& feature : region.features) {
        if (feature.name == contribution.input)
          code = codes::feature_code(feature, report.images->modality, report.images->intensity_unit);
      }
    }
    const auto number =
        tree.number(inferred_from, code.name, contribution.value, codes::unit(contribution.unit));
    if (code.derivation) tree.code(has_concept_mod, codes::derivation, *code.derivation);
  }
}

/// A probability is written as such, in percent; never that of a demonstration.
void add_score(ReportTree& tree, const MeasurementReport& report, const engine::RiskAssessment& assessment) {
  const auto& model = *assessment.model;
  double value = *assessment.score;
  auto unit = codes::unit(model.score_unit);
  if (assessment.probability && !is_demonstration(model)) {
    constexpr double percent = 100;
    value = *assessment.probability * percent;
    unit = codes::unit("%");
  }
  const auto name = codes::private_concept('S', model.name, score_name_in_report(model));
  const auto number = tree.number(contains, name, value, unit);
  // Whoever reads the number alone must see that it stands for either side.
  if (assessment.at_cut_off && assessment.category)
    tree.text(has_properties, codes::caution, assessment.category->wording);
  add_algorithm_identification(tree, model, *report.protocol);
  add_inputs(tree, report, assessment);
}

void add_category(ReportTree& tree, const engine::RiskAssessment& assessment) {
  if (is_demonstration(*assessment.model)) return;
  if (assessment.category) {
    const auto risk = risk_concept(assessment.category->risk);
    if (!risk.empty()) tree.code(contains, codes::risk_category, risk);
  }
  const auto words = category_in_words(assessment);
  if (!words.empty()) tree.text(contains, codes::category_wording, words);
}

void add_model_description(ReportTree& tree, const engine::RiskModel& model) {
  const auto describe = [&](const engine::CodedConcept& name, const std::string& text) {
    if (!text.empty()) tree.text(contains, name, text);
  };
  describe(codes::model_status, status_in_words(model));
  describe(codes::endpoint, model.endpoint);
  describe(codes::population, model.population);
  describe(codes::proviso, model.proviso);
  if (!is_demonstration(model)) {
    describe(codes::calibration, model.calibration);
    describe(codes::cut_offs, cut_offs_in_words(model));
  }
  describe(codes::citation, model.citation);
}

/// A score of the patient is about all lesions that were drawn, or about the organ where there are none.
/// (TID 1501 would be for groups without a segment, but once a report has groups of TID 1411, validators
/// judge all of them by it.)
void add_patient_identification(ReportTree& tree, const MeasurementReport& report,
                                const engine::RiskModel& model, const std::string& identity) {
  tree.text(has_obs_context, codes::tracking_identifier, "Patient: " + model.name);
  tree.uid(has_obs_context, codes::tracking_uid, derive_uid(identity + "\ntracking patient " + model.name));
  std::vector<int> lesions;
  std::vector<int> all;
  for (const auto& region : report.regions) {
    if (!region.derivation.empty()) continue;
    all.push_back(region.segment_number);
    if (region.is_lesion) lesions.push_back(region.segment_number);
  }
  add_segment_references(tree, report, lesions.empty() ? all : lesions);
}

}  // namespace

void add_score_groups(ReportTree& tree, const MeasurementReport& report, const std::string& identity) {
  for (const auto& assessment : report.assessments) {
    if (!assessment.score) continue;
    const auto group = tree.container(contains, codes::measurement_group, "1411");
    if (assessment.segment_number > 0) {
      const auto* region = find_region(report, assessment.segment_number);
      add_segment_identification(tree, report, assessment.segment_number, region, identity);
    } else {
      add_patient_identification(tree, report, *assessment.model, identity);
    }
    add_score(tree, report, assessment);
    add_category(tree, assessment);
    add_model_description(tree, *assessment.model);
  }
}

}  // namespace glisson::dicom
