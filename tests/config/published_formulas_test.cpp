// Published formulas whose inputs images do not give: they do not ship, but packages must be able to say
// them.
#include <gtest/gtest.h>

#include "config/model_package.hpp"

namespace glisson::config {
namespace {

using engine::ModelContext;
using engine::RiskModel;

std::string head(const std::string& name, const std::string& predictor) {
  return "name = \"" + name + "\"\nversion = \"1.0.0\"\ntitle = \"Fixture\"\nstatus = \"published\"\n" +
         "scope = \"patient\"\nendpoint = \"Survival\"\npopulation = \"Patients with HCC\"\n" +
         "citation = \"see the test\"\npredictor = \"" + predictor + "\"\n";
}

std::string input(const std::string& name, const std::string& unit, const std::string& rest) {
  return "[[inputs]]\nname = \"" + name + "\"\nunit = \"" + unit + "\"\n" + rest + "\n";
}

const std::string score = "[score]\nname = \"Score\"\nunit = \"1\"\n";

double assess(const std::string& toml, const std::map<std::string, engine::InputValue>& values) {
  const RiskModel model = parse_model(toml, "fixture");
  ModelContext context;
  context.values = values;
  const auto assessment = engine::assess_risk(model, context);
  EXPECT_TRUE(assessment.score) << assessment.detail;
  return assessment.score.value_or(0);
}

// Johnson 2015, 10.1200/JCO.2014.57.9151: 0.66 log10 bilirubin (umol/L) - 0.085 albumin (g/L).
TEST(Albi, AgreesWithItsGoldenVectors) {
  const std::string toml = head("albi", "linear") + score +
                           input("bilirubin", "umol/L", "transform = \"log10\"\ncoefficient = 0.66") +
                           input("albumin", "g/L", "coefficient = -0.085");
  const auto albi = [&](double bilirubin, double albumin) {
    return assess(toml, {{"bilirubin", {bilirubin, "umol/L"}}, {"albumin", {albumin, "g/L"}}});
  };
  EXPECT_NEAR(albi(17.1, 40), -2.5862, 5e-5);
  EXPECT_NEAR(albi(34.2, 32), -1.7075, 5e-5);
  EXPECT_NEAR(albi(60, 25), -0.9514, 5e-5);
  EXPECT_NEAR(assess(toml, {{"bilirubin", {17.1, "umol/L"}}, {"albumin", {4, "g/dL"}}}), -2.5862, 5e-5);
}

// Liu 2017, 10.1111/jgh.13608.
TEST(Palbi, AgreesWithItsGoldenVectors) {
  const std::string toml =
      head("palbi", "linear") + score +
      input("bilirubin", "umol/L", "transform = \"log10\"\ncoefficient = 2.02") +
      input("bilirubin", "umol/L", "transform = \"log10\"\npower = 2\ncoefficient = -0.37") +
      input("albumin", "g/L", "coefficient = -0.04") +
      input("platelets", "10*9/L", "transform = \"log10\"\ncoefficient = -3.48") +
      input("platelets", "10*9/L", "transform = \"log10\"\npower = 2\ncoefficient = 1.01");
  const auto palbi = [&](double bilirubin, double albumin, double platelets) {
    return assess(toml, {{"bilirubin", {bilirubin, "umol/L"}},
                         {"albumin", {albumin, "g/L"}},
                         {"platelets", {platelets, "10*9/L"}}});
  };
  EXPECT_NEAR(palbi(17.1, 40, 250), -2.2091, 5e-5);
  EXPECT_NEAR(palbi(34.2, 32, 90), -1.9955, 5e-5);
}

// 10.1016/j.jhep.2020.07.025: 100 ((0.06 age + 0.89 male + 0.48 ALBI - 0.01 platelets) + 7.4) / 14.77.
TEST(Amap, AgreesWithItsGoldenVector) {
  const auto share = [](double weight) { return "coefficient = " + std::to_string(100 * weight / 14.77); };
  const std::string toml = head("amap", "linear") + "intercept = " + std::to_string(740 / 14.77) + "\n" +
                           score + input("age", "a", share(0.06)) + input("male", "1", share(0.89)) +
                           input("bilirubin", "umol/L", "transform = \"log10\"\n" + share(0.48 * 0.66)) +
                           input("albumin", "g/L", share(0.48 * -0.085)) +
                           input("platelets", "10*9/L", share(-0.01));
  EXPECT_NEAR(assess(toml, {{"age", {50, "a"}},
                            {"male", {1, "1"}},
                            {"bilirubin", {15, "umol/L"}},
                            {"albumin", {42, "g/L"}},
                            {"platelets", {200, "10*9/L"}}}),
              53.8185, 5e-4);
}

// Duvoux, 10.20517/2394-5079.2018.62: size <= 3 / 3-6 / > 6 cm 0/1/4; nodules 1-3 / >= 4 0/2;
// AFP <= 100 / 100-1000 / > 1000 ng/mL 0/2/3.
TEST(AfpModel, AddsItsPoints) {
  const std::string toml = head("afp-model", "points") + score + input("largest_diameter", "cm", "") +
                           input("lesion_count", "1", "") + input("afp", "ng/mL", "") +
                           R"(
[[rules]]
points = 1
when = { input = "largest_diameter", above = 3, at_most = 6 }
[[rules]]
points = 4
when = { input = "largest_diameter", above = 6 }
[[rules]]
points = 2
when = { input = "lesion_count", at_least = 4 }
[[rules]]
points = 2
when = { input = "afp", above = 100, at_most = 1000 }
[[rules]]
points = 3
when = { input = "afp", above = 1000 }
)";
  const auto points = [&](double diameter, double count, double afp) {
    return assess(
        toml,
        {{"largest_diameter", {diameter, "mm"}}, {"lesion_count", {count, "1"}}, {"afp", {afp, "ng/mL"}}});
  };
  EXPECT_EQ(points(30, 3, 100), 0);
  EXPECT_EQ(points(31, 3, 100), 1);
  EXPECT_EQ(points(60, 4, 100), 3);
  EXPECT_EQ(points(61, 4, 1000), 8);
  EXPECT_EQ(points(30, 1, 1001), 3);
}

// UCSF: single <= 6.5 cm, or <= 3 with largest <= 4.5 and total <= 8 cm.
TEST(UcsfSizeAndNumber, ChecksItsAlternatives) {
  const std::string toml = head("ucsf", "criteria") + score + input("largest_diameter", "cm", "") +
                           input("total_diameter", "cm", "") + input("lesion_count", "1", "") + R"(
[[alternatives]]
conditions = [{ input = "lesion_count", at_most = 1 }, { input = "largest_diameter", at_most = 6.5 }]
[[alternatives]]
conditions = [
  { input = "lesion_count", at_most = 3 },
  { input = "largest_diameter", at_most = 4.5 },
  { input = "total_diameter", at_most = 8 },
]
)";
  const auto fulfilled = [&](double largest, double total, double count) {
    return assess(toml, {{"largest_diameter", {largest, "mm"}},
                         {"total_diameter", {total, "mm"}},
                         {"lesion_count", {count, "1"}}}) == 1;
  };
  EXPECT_TRUE(fulfilled(65, 65, 1));
  EXPECT_FALSE(fulfilled(66, 66, 1));
  EXPECT_TRUE(fulfilled(45, 80, 3));
  EXPECT_FALSE(fulfilled(45, 81, 3));
  EXPECT_FALSE(fulfilled(46, 60, 2));
  EXPECT_FALSE(fulfilled(20, 60, 4));
}

}  // namespace
}  // namespace glisson::config
