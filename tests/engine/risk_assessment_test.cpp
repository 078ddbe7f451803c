#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/risk/risk_model.hpp"

namespace glisson::engine {
namespace {

RiskModel linear_model() {
  RiskModel model;
  model.name = "test";
  model.status = ModelStatus::site_fitted;
  model.intercept = 1;
  model.inputs = {{.name = "a", .unit = "1", .mean = 2, .standard_deviation = 4, .coefficient = 3},
                  {.name = "b", .unit = "cm", .coefficient = -5}};
  return model;
}

ModelContext context_of(double a, double b_mm) {
  ModelContext context;
  context.values = {{"a", {a, "1"}}, {"b", {b_mm, "mm"}}};
  context.segment_number = 7;
  return context;
}

ScoreCategory up_to(double bound, const std::string& label) {
  ScoreCategory category;
  category.upper = bound;
  category.label = label;
  category.wording = label + " in words";
  return category;
}

ScoreCategory rest(const std::string& label) {
  ScoreCategory category = up_to(0, label);
  category.upper.reset();
  return category;
}

TEST(LinearModel, AddsNormalisedAndConvertedInputs) {
  const RiskModel model = linear_model();
  const RiskAssessment assessment = assess_risk(model, context_of(10, 20));
  ASSERT_TRUE(assessment.score);
  EXPECT_DOUBLE_EQ(*assessment.score, 1 + 3 * (10 - 2) / 4.0 - 5 * 2);
  EXPECT_EQ(assessment.model, &model);
  EXPECT_EQ(assessment.segment_number, 7);
  EXPECT_FALSE(assessment.probability);
  EXPECT_FALSE(assessment.reason);
}

TEST(LinearModel, ListsContributionsLargestFirstAsSupplied) {
  const RiskModel model = linear_model();
  const RiskAssessment assessment = assess_risk(model, context_of(10, 20));
  ASSERT_EQ(assessment.contributions.size(), 2U);
  EXPECT_EQ(assessment.contributions[0].input, "b");
  EXPECT_EQ(assessment.contributions[0].value, 20);
  EXPECT_EQ(assessment.contributions[0].unit, "mm");
  EXPECT_DOUBLE_EQ(assessment.contributions[0].contribution, -10);
  EXPECT_DOUBLE_EQ(assessment.contributions[1].contribution, 6);
}

TEST(LinearModel, HasContributionsThatAddUpToTheScoreWithoutIntercept) {
  RiskModel model = linear_model();
  model.inputs.push_back({.name = "a", .unit = "1", .coefficient = 0.25, .power = 2});
  const RiskAssessment assessment = assess_risk(model, context_of(3, 11));
  double sum = model.intercept;
  for (const Contribution& contribution : assessment.contributions) sum += contribution.contribution;
  EXPECT_EQ(assessment.contributions.size(), 2U);
  EXPECT_NEAR(sum, *assessment.score, 1e-12);
}

TEST(LogisticModel, GivesTheProbabilityOfItsLinearPredictor) {
  RiskModel model = linear_model();
  model.predictor = Predictor::logistic;
  const RiskAssessment assessment = assess_risk(model, context_of(10, 12));
  EXPECT_DOUBLE_EQ(*assessment.probability, 1 / (1 + std::exp(-1.0)));
  EXPECT_EQ(assessment.score, assessment.probability);
}

TEST(LogisticModel, StaysAProbabilityAtTheExtremes) {
  RiskModel model = linear_model();
  model.predictor = Predictor::logistic;
  EXPECT_EQ(*assess_risk(model, context_of(1e9, 0)).probability, 1);
  EXPECT_EQ(*assess_risk(model, context_of(-1e9, 0)).probability, 0);
}

TEST(LogisticModel, IsNeverADemonstration) {
  RiskModel model = linear_model();
  model.predictor = Predictor::logistic;
  model.status = ModelStatus::demonstration;
  EXPECT_THROW(assess_risk(model, context_of(1, 1)), std::logic_error);
}

TEST(EuclideanModel, IsTheLengthOfTheVectorOfItsInputs) {
  RiskModel model;
  model.predictor = Predictor::euclidean;
  model.inputs = {{.name = "a", .unit = "1", .coefficient = 1},
                  {.name = "b", .unit = "cm", .coefficient = 1}};
  const RiskAssessment assessment = assess_risk(model, context_of(3, 40));
  EXPECT_DOUBLE_EQ(*assessment.score, 5);
  EXPECT_DOUBLE_EQ(assessment.contributions[0].contribution, 16);
}

TEST(PointsModel, AddsTheRulesThatHold) {
  RiskModel model;
  model.predictor = Predictor::points;
  model.inputs = {{.name = "a", .unit = "1"}, {.name = "b", .unit = "cm"}};
  model.rules = {{{.input = "a", .lower = 2, .upper = {}, .includes_lower = true}, 1},
                 {{.input = "b", .lower = 3, .upper = 6}, 1},
                 {{.input = "b", .lower = 6, .upper = {}}, 4}};
  const auto points = [&](double a, double b_mm) { return *assess_risk(model, context_of(a, b_mm)).score; };
  EXPECT_EQ(points(1, 30), 0);
  EXPECT_EQ(points(2, 30), 1);
  EXPECT_EQ(points(2, 31), 2);
  EXPECT_EQ(points(1, 60), 1);
  EXPECT_EQ(points(3, 61), 5);
}

TEST(Condition, KnowsOpenAndClosedBounds) {
  const Condition closed{
      .input = "a", .lower = 1, .upper = 2, .includes_lower = true, .includes_upper = true};
  const Condition open{
      .input = "a", .lower = 1, .upper = 2, .includes_lower = false, .includes_upper = false};
  for (const double edge : {1.0, 2.0}) {
    EXPECT_TRUE(closed.holds(edge));
    EXPECT_FALSE(open.holds(edge));
  }
  EXPECT_TRUE(open.holds(1.5));
  EXPECT_FALSE(closed.holds(0.999));
  EXPECT_FALSE(closed.holds(2.001));
  EXPECT_TRUE((Condition{.input = "a", .lower = {}, .upper = {}}.holds(-1e300)));
}

TEST(Transform, IsAppliedBeforePowerAndNormalisation) {
  RiskModel model;
  model.inputs = {{.name = "a",
                   .unit = "1",
                   .mean = 1,
                   .standard_deviation = 2,
                   .coefficient = 10,
                   .transform = Transform::log10,
                   .power = 2}};
  EXPECT_DOUBLE_EQ(*assess_risk(model, context_of(1000, 0)).score, 10 * (9 - 1) / 2.0);
}

TEST(MissingInputs, GiveNoNumberAndAreNamed) {
  const RiskModel model = linear_model();
  ModelContext context = context_of(1, 1);
  context.values.erase("b");
  RiskAssessment assessment = assess_risk(model, context);
  EXPECT_FALSE(assessment.score);
  EXPECT_EQ(assessment.reason, NotAssessedReason::missing_input);
  EXPECT_EQ(assessment.detail, "b");
  EXPECT_TRUE(assessment.contributions.empty());
  context.values.clear();
  assessment = assess_risk(model, context);
  EXPECT_EQ(assessment.detail, "a, b");
}

TEST(UndefinedInputs, GiveNoNumberAndAreNamedWithTheirReason) {
  const RiskModel model = linear_model();
  ModelContext context = context_of(1, 1);
  context.undefined["a"] = "flat_region";
  const RiskAssessment assessment = assess_risk(model, context);
  EXPECT_FALSE(assessment.score);
  EXPECT_EQ(assessment.reason, NotAssessedReason::undefined_input);
  EXPECT_EQ(assessment.detail, "a (flat_region)");
}

TEST(UndefinedInputs, AreThoseThatAreNoNumberToo) {
  const RiskModel model = linear_model();
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(assess_risk(model, context_of(bad, 1)).reason, NotAssessedReason::undefined_input);
  }
  RiskModel logarithmic = linear_model();
  logarithmic.inputs[0].transform = Transform::log;
  EXPECT_EQ(assess_risk(logarithmic, context_of(0, 1)).detail, "a (value out of range)");
  EXPECT_EQ(assess_risk(linear_model(), context_of(1e308, 1)).detail, "the score is out of range");
  EXPECT_EQ(assess_risk(logarithmic, context_of(-1, 1)).reason, NotAssessedReason::undefined_input);
}

TEST(UnconvertibleUnits, GiveNoNumber) {
  ModelContext context = context_of(1, 1);
  context.values["b"].unit = "mL";
  const RiskModel model = linear_model();
  const RiskAssessment assessment = assess_risk(model, context);
  EXPECT_EQ(assessment.reason, NotAssessedReason::wrong_unit);
  EXPECT_EQ(assessment.detail, "b (in mL, needs cm)");
}

TEST(OtherImages, GiveNoNumber) {
  RiskModel model = linear_model();
  model.modality = "MR";
  model.phase = "arterial";
  model.protocol = "site";
  model.protocol_version = "2.0.0";
  model.protocol_digest = "right";
  model.minimum_volume = 100;
  model.minimum_slices = 3;
  ModelContext context = context_of(1, 1);
  context.modality = "CT";
  EXPECT_EQ(assess_risk(model, context).reason, NotAssessedReason::wrong_modality);
  context.modality = "MR";
  EXPECT_EQ(assess_risk(model, context).reason, NotAssessedReason::wrong_phase);
  context.phase = "arterial";
  context.protocol_digest = "wrong";
  EXPECT_EQ(assess_risk(model, context).reason, NotAssessedReason::wrong_protocol);
  EXPECT_EQ(assess_risk(model, context).detail, "needs features by site 2.0.0, unchanged");
  context.protocol_digest = "right";
  context.lesion_volume = 99;
  EXPECT_EQ(assess_risk(model, context).reason, NotAssessedReason::lesion_too_small);
  EXPECT_EQ(assess_risk(model, context).detail, "volume 99 mm3, needs at least 100 mm3");
  context.lesion_volume = 100;
  context.lesion_slices = 2;
  EXPECT_EQ(assess_risk(model, context).detail, "2 slices, needs at least 3");
  context.lesion_slices = 3;
  EXPECT_TRUE(assess_risk(model, context).score);
}

RiskModel size_model() {
  RiskModel model;
  model.status = ModelStatus::published;
  model.scope = ModelScope::patient;
  model.inputs = {{.name = "largest_diameter", .unit = "cm", .coefficient = 1},
                  {.name = "lesion_count", .unit = "1", .coefficient = 1}};
  model.categories = {up_to(3, "up to 3"), up_to(6, "up to 6"), rest("above 6")};
  model.proviso = "if HCC";
  return model;
}

ModelContext sizes(double diameter, double tolerance, int count) {
  ModelContext context;
  context.values = {{"largest_diameter", {diameter, "mm", tolerance}}, {"lesion_count", {1.0 * count, "1"}}};
  context.segment_number = 3;
  return context;
}

TEST(PatientModel, CarriesNoSegmentNumber) {
  const RiskModel model = size_model();
  EXPECT_EQ(assess_risk(model, sizes(10, 0, 1)).segment_number, 0);
}

TEST(PatientModel, IsNotAssessedWithoutALesion) {
  const RiskModel model = size_model();
  ModelContext context = sizes(10, 0, 0);
  EXPECT_EQ(assess_risk(model, context).reason, NotAssessedReason::no_lesion);
  context.values.erase("largest_diameter");
  EXPECT_EQ(assess_risk(model, context).reason, NotAssessedReason::no_lesion);
}

TEST(Categories, IncludeTheirUpperBoundUnlessTheyExcludeIt) {
  RiskModel model = size_model();
  EXPECT_EQ(assess_risk(model, sizes(20, 0, 1)).category->label, "up to 3");
  EXPECT_EQ(assess_risk(model, sizes(20.001, 0, 1)).category->label, "up to 6");
  EXPECT_EQ(assess_risk(model, sizes(80, 0, 1)).category->label, "above 6");
  model.categories[0].includes_upper = false;
  EXPECT_EQ(assess_risk(model, sizes(20, 0, 1)).category->label, "up to 6");
}

TEST(Categories, CarryTheProviso) {
  const RiskModel model = size_model();
  EXPECT_EQ(assess_risk(model, sizes(10, 0, 1)).category->wording, "up to 3 in words; if HCC");
}

TEST(CutOff, IsReachedWhereAChangeWithinToleranceWouldChangeTheCategory) {
  const RiskModel model = size_model();
  for (const double diameter : {18.0, 18.5, 20.0, 21.0, 22.0}) {
    const RiskAssessment assessment = assess_risk(model, sizes(diameter, 2, 1));
    EXPECT_TRUE(assessment.at_cut_off) << diameter;
    EXPECT_EQ(assessment.category->label, "at the cut-off");
    EXPECT_EQ(assessment.category->wording, "At the cut-off between \"up to 3\" and \"up to 6\"; if HCC");
    EXPECT_DOUBLE_EQ(*assessment.score, diameter / 10 + 1);
  }
  for (const double diameter : {17.99, 22.01}) {
    EXPECT_FALSE(assess_risk(model, sizes(diameter, 2, 1)).at_cut_off) << diameter;
  }
}

TEST(CutOff, LeavesTheRiskUncertainWhereTheModelGradesIt) {
  RiskModel model = size_model();
  EXPECT_EQ(assess_risk(model, sizes(20, 2, 1)).category->risk, "");
  model.categories[0].risk = "low";
  EXPECT_EQ(assess_risk(model, sizes(20, 2, 1)).category->risk, "uncertain");
  EXPECT_EQ(assess_risk(model, sizes(10, 2, 1)).category->risk, "low");
}

TEST(CutOff, IsReachedWithinTheToleranceOfTheScoreToo) {
  RiskModel model = size_model();
  model.cut_off_tolerance = 0.25;
  EXPECT_TRUE(assess_risk(model, sizes(47.5, 0, 1)).at_cut_off);
  EXPECT_TRUE(assess_risk(model, sizes(52.5, 0, 1)).at_cut_off);
  EXPECT_FALSE(assess_risk(model, sizes(47, 0, 1)).at_cut_off);
  EXPECT_FALSE(assess_risk(model, sizes(53, 0, 1)).at_cut_off);
}

TEST(Demonstration, NeverCarriesACategory) {
  RiskModel model = size_model();
  model.status = ModelStatus::demonstration;
  const RiskAssessment assessment = assess_risk(model, sizes(20, 2, 1));
  EXPECT_TRUE(assessment.score);
  EXPECT_FALSE(assessment.category);
  EXPECT_FALSE(assessment.at_cut_off);
  EXPECT_FALSE(assessment.probability);
}

TEST(ConditionOfNoInput, IsABug) {
  RiskModel model;
  model.status = ModelStatus::published;
  model.predictor = Predictor::criteria;
  model.inputs = {{.name = "a", .unit = "1"}};
  model.alternatives = {{{{.input = "c", .lower = {}, .upper = 1}}}};
  EXPECT_THROW(assess_risk(model, context_of(1, 1)), std::logic_error);
}

}  // namespace
}  // namespace glisson::engine
