#include "config/model_package.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "config/model_manifest.hpp"
#include "engine/digest.hpp"
#include "engine/errors.hpp"

namespace glisson::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A manifest without a defect; the tests replace one part of it.
const std::string sound = R"(name = "test"
version = "1.0.0"
title = "Test"
status = "published"
scope = "patient"
endpoint = "Survival"
population = "Patients"
citation = "doi:10.1000/1"
predictor = "linear"
intercept = 2

[score]
name = "Score"
unit = "1"

[[inputs]]
name = "largest_diameter"
unit = "cm"
coefficient = 1.5

[[categories]]
below = 3
label = "below the cut-off of 3"
wording = "Below the cut-off of 3"
risk = "low"

[[categories]]
label = "above the cut-off of 3"
wording = "From the cut-off of 3"
risk = "high"
)";

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const std::size_t position = text.find(part);
  EXPECT_NE(position, std::string::npos) << part;
  return text.replace(position, part.size(), by);
}

std::string refusal(const std::string& toml) {
  try {
    parse_model(toml, "model.toml");
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::invalid_model);
    return error.what();
  }
  return "accepted";
}

TEST(ParseModel, ReadsEveryPart) {
  const engine::RiskModel model = parse_model(sound, "model.toml");
  EXPECT_EQ(model.name, "test");
  EXPECT_EQ(model.status, engine::ModelStatus::published);
  EXPECT_EQ(model.scope, engine::ModelScope::patient);
  EXPECT_EQ(model.predictor, engine::Predictor::linear);
  EXPECT_EQ(model.intercept, 2);
  EXPECT_EQ(model.score_name, "Score");
  ASSERT_EQ(model.inputs.size(), 1U);
  EXPECT_EQ(model.inputs[0].unit, "cm");
  EXPECT_EQ(model.inputs[0].coefficient, 1.5);
  ASSERT_EQ(model.categories.size(), 2U);
  EXPECT_EQ(model.categories[0].upper, 3);
  EXPECT_FALSE(model.categories[0].includes_upper);
  EXPECT_EQ(model.categories[0].risk, "low");
  EXPECT_FALSE(model.categories[1].upper);
  EXPECT_EQ(model.digest, to_hex(sha256(sound)));
}

struct Defect {
  const char* name;
  const char* part;
  const char* by;
  const char* refusal;
};

void PrintTo(const Defect& defect, std::ostream* stream) { *stream << defect.name; }

class DefectiveModel : public testing::TestWithParam<Defect> {};

TEST_P(DefectiveModel, IsRefusedWithFileAndLine) {
  EXPECT_THAT(refusal(replaced(sound, GetParam().part, GetParam().by)), StartsWith(GetParam().refusal));
}

INSTANTIATE_TEST_SUITE_P(
    Each, DefectiveModel,
    testing::Values(
        Defect{"NoToml", "name = \"test\"", "name = ", "model.toml:1: "},
        Defect{"UnknownKey", "intercept", "interceot", "model.toml:10: unknown key \"interceot\""},
        Defect{"UnknownInputKey", "coefficient", "weight",
               "model.toml:19: unknown key \"weight\" in [[inputs]]"},
        Defect{"NoTitle", "title = \"Test\"", "", "model.toml:1: the manifest lacks title"},
        Defect{"EmptyPopulation", "\"Patients\"", "\"\"", "model.toml:7: population must not be empty"},
        Defect{"BadName", "\"test\"", "\"Te st\"", "model.toml:1: name must be lower-case"},
        Defect{"BadVersion", "1.0.0", "1.0", "model.toml:2: version must have the form"},
        Defect{"UnknownStatus", "\"published\"", "\"proven\"",
               "model.toml:4: status must be one of published, site_fitted, demonstration"},
        Defect{"UnknownScope", "\"patient\"", "\"liver\"",
               "model.toml:5: scope must be one of lesion, patient"},
        Defect{"UnknownPredictor", "\"linear\"", "\"forest\"", "model.toml:9: predictor must be one of"},
        Defect{"UnknownModality", "intercept = 2", "modality = \"US\"", "model.toml:10: modality must be"},
        Defect{"NoCitation", "citation = \"doi:10.1000/1\"", "",
               "model.toml:4: a published model needs a cit"},
        Defect{"UnknownScoreUnit", "unit = \"1\"", "unit = \"points\"", "model.toml:12: the score's unit"},
        Defect{"UnknownInputUnit", "\"cm\"", "\"centimetres\"", "model.toml:16: no UCUM unit known here"},
        Defect{"UnitOfAnotherKind", "\"cm\"", "\"cm3\"", "model.toml:16: largest_diameter is supplied in mm"},
        Defect{"InfiniteCoefficient", "1.5", "inf", "model.toml:19: coefficient must be finite"},
        Defect{"CoefficientNotANumber", "1.5", "nan", "model.toml:19: coefficient must be finite"},
        Defect{"CoefficientAsText", "1.5", "\"1.5\"", "model.toml:19: coefficient must be a number"},
        Defect{"InfiniteIntercept", "intercept = 2", "intercept = -inf", "model.toml:10: intercept must be"},
        Defect{"NoCoefficient", "coefficient = 1.5", "",
               "model.toml:16: largest_diameter lacks a coefficient"},
        Defect{"NoSpread", "coefficient = 1.5", "coefficient = 1\nstandard_deviation = 0",
               "model.toml:16: standard_deviation must be greater than 0"},
        Defect{"PowerOutOfRange", "coefficient = 1.5", "coefficient = 1\npower = 5",
               "model.toml:20: power must be 1 to 4"},
        Defect{"UnknownTransform", "coefficient = 1.5", "coefficient = 1\ntransform = \"ln\"",
               "model.toml:20: transform must be one of none, log, log10"},
        Defect{"InputTwice", "[[categories]]",
               "[[inputs]]\nname = \"largest_diameter\"\nunit = \"cm\"\ncoefficient = 2\n[[categories]]",
               "model.toml:21: largest_diameter is listed twice"},
        Defect{"InputInTwoUnits", "[[categories]]",
               "[[inputs]]\nname = \"largest_diameter\"\nunit = \"mm\"\npower = 2\ncoefficient = "
               "2\n[[categories]]",
               "model.toml:21: largest_diameter is listed with two units"},
        Defect{"PatientModelOnALesionsMeasure", "\"largest_diameter\"", "\"long_axis\"",
               "model.toml:16: a model of scope patient cannot read long_axis"},
        Defect{"PatientModelOnAFeature", "\"largest_diameter\"", "\"original_shape_Sphericity\"",
               "model.toml:16: a model of scope patient cannot read original_shape_Sphericity"},
        Defect{"NeedlessProtocol", "[score]",
               "[protocol]\nname = \"a\"\nversion = \"1\"\ndigest = \"00\"\n[score]",
               "model.toml:12: a model without features needs no protocol"},
        Defect{"RulesInALinearModel", "[[categories]]",
               "[[rules]]\npoints = 1\nwhen = { input = \"largest_diameter\", above = 1 }\n[[categories]]",
               "model.toml:9: rules belong to a model of points"},
        Defect{"PointsWithoutRules", "\"linear\"", "\"points\"",
               "model.toml:16: coefficient has no meaning in a model of points"},
        Defect{"InterceptOfARoot", "\"linear\"", "\"euclidean\"",
               "model.toml:10: this predictor has no interc"},
        Defect{"CategoriesNotAscending", "[[categories]]",
               "[[categories]]\nup_to = 3\nlabel = \"up to 3\"\nwording = \"up to 3\"\n[[categories]]",
               "model.toml:25: categories must be in ascending order"},
        Defect{"BoundOfTheLastCategory", "label = \"above", "up_to = 4\nlabel = \"above",
               "model.toml:27: the last category has no upper bound"},
        Defect{"CategoryWithoutBound", "below = 3\n", "", "model.toml:21: every category but the last needs"},
        Defect{"CategoryWithTwoBounds", "below = 3", "below = 3\nup_to = 3",
               "model.toml:23: a category has either below or up_to"},
        Defect{"TwoCategoriesOfOneLabel", "\"above the cut-off of 3\"", "\"below the cut-off of 3\"",
               "model.toml:21: two categories have one label"},
        Defect{"UnknownRisk", "risk = \"low\"", "risk = \"small\"", "model.toml:21: risk must be high"},
        Defect{"BareLabel", "\"below the cut-off of 3\"", "\"Low\"",
               "model.toml:21: \"Low\" alone says nothing"},
        Defect{"BareWording", "\"Below the cut-off of 3\"", "\"low risk\"",
               "model.toml:21: \"low risk\" alone says nothing"},
        Defect{"SaysBenign", "\"Below the cut-off of 3\"", "\"Probably benign\"",
               "model.toml:21: a report never says \"benign\""},
        Defect{"SaysNoMvi", "\"Survival\"", "\"No MVI\"", "model.toml:6: a report never says \"no mvi\""},
        Defect{"SaysWithinMilan", "\"Test\"", "\"Within Milan\"",
               "model.toml:3: a report never says \"within milan\""},
        Defect{"LogisticWithoutCalibration", "\"linear\"", "\"logistic\"",
               "model.toml:9: a model that gives a probability must state its calibration"},
        Defect{"DemonstrationWithCategories", "\"published\"", "\"demonstration\"",
               "model.toml:21: a demonstration has no categories"},
        Defect{"NegativeTolerance", "intercept = 2", "cut_off_tolerance = -1",
               "model.toml:10: cut_off_tolerance must not be negative"},
        Defect{"NegativeVolume", "intercept = 2", "minimum_volume = -1",
               "model.toml:10: minimum_volume must not be negative"},
        Defect{"DateForText", "\"Patients\"", "2026-01-01", "model.toml:7: dates and times are not used"}),
    [](const auto& defect) { return defect.param.name; });

std::string demonstration() {
  const std::string plain = replaced(sound, "\"published\"", "\"demonstration\"");
  return replaced(plain.substr(0, plain.find("[[categories]]")), "intercept = 2",
                  "proviso = \"from no patients\"");
}

TEST(DemonstrationModel, IsAcceptedWithNothingButAScore) { EXPECT_EQ(refusal(demonstration()), "accepted"); }

TEST(DemonstrationModel, GivesNoProbabilityNoPercentageAndSaysWhatItIs) {
  EXPECT_THAT(refusal(replaced(demonstration(), "\"linear\"", "\"logistic\"")),
              StartsWith("model.toml:9: a demonstration gives no probability"));
  EXPECT_THAT(refusal(replaced(demonstration(), "unit = \"1\"", "unit = \"%\"")),
              StartsWith("model.toml:12: a demonstration gives no percentage"));
  EXPECT_THAT(refusal(replaced(demonstration(), "proviso = \"from no patients\"", "")),
              StartsWith("model.toml:4: a demonstration needs a proviso"));
  EXPECT_THAT(refusal(replaced(demonstration(), "proviso =", "calibration = \"good\"\nproviso =")),
              StartsWith("model.toml:10: a demonstration has no calibration"));
}

std::string criteria(const std::string& alternatives) {
  const std::string head = replaced(replaced(sound, "\"linear\"", "\"criteria\""), "intercept = 2", "");
  return replaced(replaced(head, "coefficient = 1.5", ""), "[[categories]]",
                  alternatives + "\n[[categories]]");
}

TEST(CriteriaModel, NeedsConditionsOnItsInputs) {
  EXPECT_THAT(refusal(criteria("")),
              HasSubstr("alternatives belong to a model of criteria, and it needs them"));
  EXPECT_THAT(refusal(criteria("[[alternatives]]\nconditions = []")),
              HasSubstr("an alternative needs a condition"));
  EXPECT_THAT(refusal(criteria("[[alternatives]]\nconditions = [{ input = \"lesion_count\", at_most = 1 }]")),
              HasSubstr("no input of this name: lesion_count"));
  EXPECT_THAT(refusal(criteria("[[alternatives]]\nconditions = [{ input = \"largest_diameter\" }]")),
              HasSubstr("lacks a bound"));
  EXPECT_THAT(
      refusal(criteria(
          "[[alternatives]]\nconditions = [{ input = \"largest_diameter\", below = 1, at_most = 2 }]")),
      HasSubstr("one bound on each side"));
  EXPECT_THAT(refusal(criteria(
                  "[[alternatives]]\nconditions = [{ input = \"largest_diameter\", above = 2, below = 2 }]")),
              HasSubstr("nothing lies between the bounds"));
  EXPECT_EQ(
      refusal(criteria("[[alternatives]]\nconditions = [{ input = \"largest_diameter\", at_most = 5 }]")),
      "accepted");
}

TEST(LesionModel, NeedsAProtocolForItsFeatures) {
  const std::string lesion = replaced(replaced(replaced(sound, "\"patient\"", "\"lesion\""),
                                               "\"largest_diameter\"", "\"log-sigma-3-0-mm-3D_glcm_Idn\""),
                                      "\"cm\"", "\"1\"");
  EXPECT_THAT(refusal(lesion), HasSubstr("a model that reads features needs a [protocol]"));
  const auto with_digest = [&](const std::string& digest) {
    return replaced(lesion, "[score]",
                    "[protocol]\nname = \"a\"\nversion = \"1\"\ndigest = \"" + digest + "\"\n[score]");
  };
  EXPECT_THAT(refusal(with_digest("abc")), HasSubstr("64 hexadecimal digits"));
  EXPECT_EQ(refusal(with_digest(std::string(64, 'a'))), "accepted");
}

class ModelFolder : public testing::Test {
 protected:
  ModelFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "glisson-models-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ModelFolder() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& package, const std::string& toml) const {
    std::filesystem::create_directories(folder_ / package);
    std::ofstream(folder_ / package / "model.toml") << toml;
    return folder_ / package;
  }

  std::filesystem::path folder_;
};

TEST_F(ModelFolder, AddsToTheModelsThatShip) {
  write("test", sound);
  const auto models = load_models(folder_);
  EXPECT_EQ(models.size(), load_models(folder_ / "absent").size() + 1);
  EXPECT_TRUE(std::ranges::is_sorted(models, {}, &engine::RiskModel::name));
  EXPECT_EQ(find_model("test", folder_).digest, to_hex(sha256(sound)));
}

TEST_F(ModelFolder, MayNotHideAModelThatShips) {
  write("up-to-seven", replaced(sound, "\"test\"", "\"up-to-seven\""));
  EXPECT_THROW(load_models(folder_), RejectedInput);
}

TEST_F(ModelFolder, HoldsPackagesUnderTheirNames) {
  EXPECT_THROW(load_model(write("other", sound)), RejectedInput);
  EXPECT_EQ(load_model(write("test", sound)).name, "test");
  EXPECT_EQ(load_model(folder_ / "other" / "model.toml").name, "test");
}

TEST_F(ModelFolder, HoldsAManifestInEachPackage) {
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_THROW(load_models(folder_), RejectedInput);
}

TEST_F(ModelFolder, NamesTheModelsWhereOneIsUnknown) {
  try {
    find_model("nomogram", folder_);
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::unknown_model);
    EXPECT_THAT(error.what(), HasSubstr("up-to-seven"));
  }
}

}  // namespace
}  // namespace glisson::config
