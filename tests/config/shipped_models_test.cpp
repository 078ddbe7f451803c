#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "engine/feature.hpp"

namespace glisson::config {
namespace {

using engine::assess_risk;
using engine::ModelContext;
using engine::ModelStatus;
using engine::RiskAssessment;
using engine::RiskModel;
using testing::HasSubstr;
using testing::Not;

const std::vector<RiskModel>& shipped() {
  static const std::vector<RiskModel> models = load_models({});
  return models;
}

const RiskModel& shipped(std::string_view name) {
  return *std::ranges::find(shipped(), name, &RiskModel::name);
}

/// Drawn lesions: the largest diameter in mm, known to 2 mm, and their number.
RiskAssessment assess(std::string_view name, double diameter, int count) {
  ModelContext context;
  context.values = {{"largest_diameter", {diameter, "mm", 2}}, {"lesion_count", {1.0 * count, "1"}}};
  return assess_risk(shipped(name), context);
}

TEST(ShippedModels, AreThese) {
  std::vector<std::string> names;
  for (const RiskModel& model : shipped()) names.push_back(model.name);
  EXPECT_THAT(names, testing::ElementsAre("demonstration-mvi", "milan-size-and-number", "tumour-burden-score",
                                          "up-to-seven"));
}

// 10.1002/bjs.11464: square root of (size in cm squared + number squared); low < 3.36, medium to 13.74, high
// above.
TEST(TumourBurdenScore, FollowsThePaper) {
  const auto two = assess("tumour-burden-score", 20, 1);
  EXPECT_NEAR(*two.score, std::sqrt(5.0), 1e-12);
  EXPECT_EQ(two.category->label, "below the cut-off of 3.36");
  EXPECT_EQ(two.category->risk, "low");
  const auto four = assess("tumour-burden-score", 40, 3);
  EXPECT_NEAR(*four.score, 5, 1e-12);
  EXPECT_EQ(four.category->risk, "moderate");
  const auto large = assess("tumour-burden-score", 150, 2);
  EXPECT_NEAR(*large.score, std::sqrt(229.0), 1e-12);
  EXPECT_EQ(large.category->risk, "high");
}

TEST(TumourBurdenScore, CountsItsLowerCutOffToTheMiddle) {
  const RiskModel& model = shipped("tumour-burden-score");
  ASSERT_EQ(model.categories.size(), 3U);
  EXPECT_EQ(model.categories[0].upper, 3.36);
  EXPECT_FALSE(model.categories[0].includes_upper);
  EXPECT_EQ(model.categories[1].upper, 13.74);
  EXPECT_TRUE(model.categories[1].includes_upper);
}

TEST(TumourBurdenScore, IsAtTheCutOffWithinTwoMillimetres) {
  // One lesion reaches 3.36 at sqrt(3.36^2 - 1) cm.
  const double cut_off = 10 * std::sqrt(3.36 * 3.36 - 1);
  EXPECT_TRUE(assess("tumour-burden-score", cut_off - 1.9, 1).at_cut_off);
  EXPECT_TRUE(assess("tumour-burden-score", cut_off + 1.9, 1).at_cut_off);
  EXPECT_FALSE(assess("tumour-burden-score", cut_off - 2.1, 1).at_cut_off);
  EXPECT_FALSE(assess("tumour-burden-score", cut_off + 2.1, 1).at_cut_off);
}

// 10.1016/S1470-2045(08)70284-5: largest diameter in cm plus number, up to 7.
TEST(UpToSeven, FollowsThePaper) {
  const auto below = assess("up-to-seven", 45, 2);
  EXPECT_NEAR(*below.score, 6.5, 1e-12);
  EXPECT_EQ(below.category->label, "up to the cut-off of 7");
  const auto above = assess("up-to-seven", 45, 3);
  EXPECT_NEAR(*above.score, 7.5, 1e-12);
  EXPECT_EQ(above.category->label, "above the cut-off of 7");
  EXPECT_TRUE(assess("up-to-seven", 50, 2).at_cut_off);
  EXPECT_EQ(above.category->risk, "");
}

// 10.1056/NEJM199603143341104: single up to 5 cm, or up to 3, each up to 3 cm.
TEST(MilanSizeAndNumber, FollowsThePaper) {
  struct Case {
    double diameter;
    int count;
    bool fulfilled;
  };
  for (const Case& each : {Case{47, 1, true}, Case{53, 1, false}, Case{27, 2, true}, Case{27, 3, true},
                           Case{33, 2, false}, Case{33, 3, false}, Case{27, 4, false}, Case{10, 9, false}}) {
    const auto assessment = assess("milan-size-and-number", each.diameter, each.count);
    EXPECT_EQ(*assessment.score, each.fulfilled ? 1 : 0) << each.diameter << " mm, " << each.count;
    EXPECT_FALSE(assessment.at_cut_off);
    EXPECT_EQ(assessment.category->label,
              each.fulfilled ? "size and number fulfilled" : "size and number not fulfilled");
  }
}

TEST(MilanSizeAndNumber, IncludesItsLimitsAndIsAtTheCutOffThere) {
  EXPECT_EQ(*assess("milan-size-and-number", 50, 1).score, 1);
  EXPECT_EQ(*assess("milan-size-and-number", 30, 3).score, 1);
  for (const double diameter : {48.0, 50.0, 52.0}) {
    EXPECT_TRUE(assess("milan-size-and-number", diameter, 1).at_cut_off) << diameter;
  }
  for (const double diameter : {28.0, 30.0, 32.0}) {
    EXPECT_TRUE(assess("milan-size-and-number", diameter, 3).at_cut_off) << diameter;
    EXPECT_FALSE(assess("milan-size-and-number", diameter, 1).at_cut_off) << diameter;
    EXPECT_FALSE(assess("milan-size-and-number", diameter, 4).at_cut_off) << diameter;
  }
}

TEST(MilanSizeAndNumber, SaysWhatMasksCannotAnswer) {
  const std::string wording = assess("milan-size-and-number", 20, 1).category->wording;
  EXPECT_THAT(wording, HasSubstr("By size and number of drawn lesions alone"));
  EXPECT_THAT(wording, HasSubstr("if HCC; diagnosis not assessed"));
  EXPECT_THAT(wording, HasSubstr("spread and macrovascular invasion not assessed"));
  EXPECT_THAT(wording, Not(HasSubstr("within Milan")));
}

TEST(ModelsOnSizes, SayInEveryWordingThatTheDiagnosisWasNotAssessed) {
  for (const RiskModel& model : shipped()) {
    if (model.scope != engine::ModelScope::patient) continue;
    for (const double diameter : {5.0, 30.0, 33.0, 50.0, 70.0, 140.0, 300.0}) {
      for (const int count : {1, 2, 3, 4, 20}) {
        const auto assessment = assess(model.name, diameter, count);
        ASSERT_TRUE(assessment.category) << model.name;
        EXPECT_THAT(assessment.category->wording, HasSubstr("if HCC; diagnosis not assessed"));
        EXPECT_EQ(assessment.at_cut_off, assessment.category->label == "at the cut-off");
      }
    }
  }
}

TEST(ModelsOnSizes, NameWhatIsMissing) {
  for (const RiskModel& model : shipped()) {
    if (model.scope != engine::ModelScope::patient) continue;
    ModelContext context;
    context.values = {{"lesion_count", {2, "1"}}};
    const auto assessment = assess_risk(model, context);
    EXPECT_FALSE(assessment.score);
    EXPECT_EQ(assessment.reason, engine::NotAssessedReason::missing_input);
    EXPECT_EQ(assessment.detail, "largest_diameter");
  }
}

TEST(PublishedModels, CiteADoi) {
  for (const RiskModel& model : shipped()) {
    if (model.status != ModelStatus::published) continue;
    EXPECT_THAT(model.citation, HasSubstr("doi:10.")) << model.name;
  }
}

/// A lesion on which the demonstration has all its inputs.
ModelContext lesion() {
  ModelContext context;
  context.values = {{"original_shape_Sphericity", {0.6, "1"}},
                    {"original_shape_Maximum3DDiameter", {60, "mm"}},
                    {"original_firstorder_Skewness", {1, "1"}},
                    {"original_glcm_Correlation", {0.5, "1"}},
                    {"original_glcm_Idn", {0.95, "1"}}};
  context.modality = "CT";
  context.protocol_digest = shipped("demonstration-mvi").protocol_digest;
  context.lesion_volume = 5000;
  context.lesion_slices = 9;
  context.segment_number = 2;
  return context;
}

TEST(DemonstrationMvi, IsTheWeightedSumOfItsNormalisedFeatures) {
  const auto assessment = assess_risk(shipped("demonstration-mvi"), lesion());
  // -0.5 - 0.5 (0.6-0.7)/0.1 + (60-40)/20 + 0.5 (1-0)/0.5 + 0.25 (0.5-0.4)/0.2 - 0.25 (0.95-0.9)/0.05
  EXPECT_NEAR(*assessment.score, -0.5 + 0.5 + 1 + 1 + 0.125 - 0.25, 1e-12);
  EXPECT_EQ(assessment.contributions.size(), 5U);
}

TEST(DemonstrationMvi, SaysThatItComesFromNoPatients) {
  const RiskModel& model = shipped("demonstration-mvi");
  EXPECT_EQ(model.status, ModelStatus::demonstration);
  EXPECT_THAT(model.population, HasSubstr("no patients"));
  EXPECT_THAT(model.proviso, HasSubstr("no clinical meaning"));
}

TEST(DemonstrationModels, NeverCarryACategoryOrAProbability) {
  int demonstrations = 0;
  for (const RiskModel& model : shipped()) {
    if (model.status != ModelStatus::demonstration) continue;
    ++demonstrations;
    for (const double skewness : {-1e6, -3.0, 0.0, 3.0, 1e6}) {
      ModelContext context = lesion();
      context.values["original_firstorder_Skewness"] = {skewness, "1", 1e3};
      const auto assessment = assess_risk(model, context);
      ASSERT_TRUE(assessment.score);
      EXPECT_FALSE(assessment.category);
      EXPECT_FALSE(assessment.probability);
      EXPECT_FALSE(assessment.at_cut_off);
    }
  }
  EXPECT_EQ(demonstrations, 1);
}

TEST(ModelsOnFeatures, NeedAProtocolThatShipsUnchanged) {
  for (const RiskModel& model : shipped()) {
    if (model.protocol.empty()) continue;
    const auto protocol = find_protocol(model.protocol, {});
    EXPECT_EQ(model.protocol_version, protocol.version) << model.name;
    EXPECT_EQ(model.protocol_digest, protocol.digest)
        << "the protocol has changed: " << model.name << " must be fitted again, or take the new digest";
  }
}

TEST(ModelsOnFeatures, ReadFeaturesThatTheEngineComputesInTheirUnits) {
  for (const RiskModel& model : shipped()) {
    if (model.protocol.empty()) continue;
    for (const auto& input : model.inputs) {
      const std::size_t family = input.name.find('_') + 1;
      const std::size_t feature = input.name.find('_', family) + 1;
      const auto& definition = engine::feature_definition(input.name.substr(family, feature - family - 1),
                                                          input.name.substr(feature));
      EXPECT_EQ(engine::ucum_unit(definition, "[hnsf'U]"), input.unit) << input.name;
    }
  }
}

}  // namespace
}  // namespace glisson::config
