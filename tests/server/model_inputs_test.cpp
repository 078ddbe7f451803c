#include "server/model_inputs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/model_package.hpp"
#include "dicom/report/report_text.hpp"

namespace glisson::server {
namespace {

using engine::RiskAssessment;
using testing::ElementsAre;

engine::LesionSize lesion_size(double long_axis, double short_axis, double volume, int slices,
                               double pixel_size) {
  engine::LesionSize size;
  size.long_axis.length = long_axis;
  size.short_axis.length = short_axis;
  size.volume = volume;
  size.slices = slices;
  size.pixel_size = pixel_size;
  size.voxels = 1;
  return size;
}

engine::Feature feature(std::string_view family, std::string_view name, double value) {
  const auto& definition = engine::feature_definition(family, name);
  return {"original_" + std::string(family) + "_" + std::string(name), value, {}, &definition};
}

class ModelInputs : public testing::Test {
 protected:
  engine::LesionSize large_ = lesion_size(42, 30, 9000, 12, 0.8);
  engine::LesionSize small_ = lesion_size(15, 10, 700, 4, 2.5);
  engine::FeatureVector features_{
      feature("shape", "Sphericity", 0.6),  feature("shape", "Maximum3DDiameter", 60),
      feature("firstorder", "Skewness", 1), feature("firstorder", "Mean", 80),
      feature("glcm", "Correlation", 0.5),  feature("glcm", "Idn", 0.95)};
  std::vector<engine::RiskModel> models_ = config::load_models({});
  std::vector<MeasuredLesion> lesions_{{2, &large_, &features_}, {3, &small_, nullptr}};
  MeasuredImages images_{"CT", "[hnsf'U]", models_.front().protocol_digest, ""};

  const engine::RiskModel& model(std::string_view name) const {
    return *std::ranges::find(models_, name, &engine::RiskModel::name);
  }
};

TEST_F(ModelInputs, OfThePatientAreTheMeasuresOfAllDrawnLesions) {
  const auto context = patient_context(lesions_, images_);
  EXPECT_EQ(context.values.at("lesion_count").value, 2);
  EXPECT_EQ(context.values.at("largest_diameter").value, 42);
  EXPECT_EQ(context.values.at("total_diameter").value, 57);
  EXPECT_EQ(context.values.at("total_volume").value, 9700);
  EXPECT_EQ(context.lesion_volume, 700);
  EXPECT_EQ(context.lesion_slices, 4);
  EXPECT_EQ(context.segment_number, 0);
}

TEST_F(ModelInputs, AreKnownToTwoMillimetresOrOneVoxel) {
  const auto large = lesion_context(lesions_[0], lesions_, images_);
  const auto small = lesion_context(lesions_[1], lesions_, images_);
  EXPECT_EQ(large.values.at("long_axis").tolerance, 2);
  EXPECT_EQ(small.values.at("long_axis").tolerance, 2.5);
  EXPECT_EQ(small.values.at("largest_diameter").tolerance, 2.5);
  EXPECT_EQ(small.values.at("total_diameter").tolerance, 4.5);
  EXPECT_EQ(small.values.at("lesion_count").tolerance, 0);
}

TEST_F(ModelInputs, OfALesionAreItsMeasuresAndFeaturesInTheirUnits) {
  const auto context = lesion_context(lesions_[0], lesions_, images_);
  EXPECT_EQ(context.segment_number, 2);
  EXPECT_EQ(context.values.at("long_axis").value, 42);
  EXPECT_EQ(context.values.at("short_axis").value, 30);
  EXPECT_EQ(context.values.at("volume").unit, "mm3");
  EXPECT_EQ(context.values.at("original_shape_Sphericity").value, 0.6);
  EXPECT_EQ(context.values.at("original_firstorder_Mean").unit, "[hnsf'U]");
  EXPECT_EQ(context.lesion_volume, 9000);
  EXPECT_EQ(context.values.at("lesion_count").value, 2);
}

TEST_F(ModelInputs, CoverEveryMeasureThatModelsMayRead) {
  const auto patient = patient_context(lesions_, images_);
  const auto lesion = lesion_context(lesions_[1], lesions_, images_);
  for (const auto& measure : engine::lesion_measures()) {
    const std::string name(measure.name);
    ASSERT_TRUE(lesion.values.contains(name)) << name;
    EXPECT_EQ(lesion.values.at(name).unit, measure.unit) << name;
    EXPECT_EQ(patient.values.contains(name), measure.scope == engine::ModelScope::patient) << name;
  }
}

TEST_F(ModelInputs, AreUndefinedWhereAFeatureHasAReasonEvenBesideASentinel) {
  features_[0].reason = engine::UndefinedReason::empty_mesh;
  features_[1].value.reset();
  features_[1].reason = engine::UndefinedReason::single_voxel;
  const auto context = lesion_context(lesions_[0], lesions_, images_);
  EXPECT_EQ(context.undefined.at("original_shape_Sphericity"), keyword(engine::UndefinedReason::empty_mesh));
  EXPECT_FALSE(context.values.contains("original_shape_Sphericity"));
  EXPECT_TRUE(context.undefined.contains("original_shape_Maximum3DDiameter"));
}

TEST_F(ModelInputs, GiveOneAssessmentForEachModelAndWhatItIsFor) {
  const auto assessments = assess_all(models_, lesions_, images_);
  std::vector<std::string> found;
  found.reserve(assessments.size());
  for (const RiskAssessment& each : assessments) {
    found.push_back(each.model->name + " " + std::to_string(each.segment_number));
  }
  EXPECT_THAT(found, ElementsAre("demonstration-mvi 2", "demonstration-mvi 3", "milan-size-and-number 0",
                                 "tumour-burden-score 0", "up-to-seven 0"));
  EXPECT_NEAR(*assessments[0].score, 1.875, 1e-12);
  EXPECT_EQ(assessments[1].reason, engine::NotAssessedReason::missing_input);
  EXPECT_EQ(*assessments[2].score, 0);
  EXPECT_NEAR(*assessments[4].score, 6.2, 1e-12);
}

TEST_F(ModelInputs, WithoutALesionGiveNoNumberToAnyModel) {
  const auto assessments = assess_all(models_, {}, images_);
  EXPECT_EQ(assessments.size(), 3U);
  for (const RiskAssessment& each : assessments) {
    EXPECT_FALSE(each.score);
    EXPECT_EQ(each.reason, engine::NotAssessedReason::no_lesion);
  }
}

TEST_F(ModelInputs, LeaveNumberAndDiametersUndefinedWhereAMaskMayHoldSeveralLesions) {
  lesions_[1].ambiguity = "segment 3 is drawn in 2 separate parts";
  const auto assessments = assess_all(models_, lesions_, images_);
  ASSERT_EQ(assessments.size(), 5U);
  EXPECT_TRUE(assessments[0].score);  // Of the other lesion.
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_FALSE(assessments[i].score);
    EXPECT_EQ(assessments[i].reason, engine::NotAssessedReason::undefined_input);
    EXPECT_NE(assessments[i].detail.find("segment 3 is drawn in 2 separate parts"), std::string::npos);
  }
  EXPECT_TRUE(lesion_context(lesions_[1], lesions_, images_).undefined.contains("long_axis"));
  EXPECT_FALSE(lesion_context(lesions_[0], lesions_, images_).undefined.contains("long_axis"));
}

TEST_F(ModelInputs, OfAnotherProtocolGiveNoNumberToModelsOnFeatures) {
  images_.protocol_digest = std::string(64, '0');
  const auto assessments = assess_all(models_, lesions_, images_);
  EXPECT_EQ(assessments[0].reason, engine::NotAssessedReason::wrong_protocol);
  EXPECT_TRUE(assessments[2].score);
}

TEST(ShippedWordings, ArePrintedByTheReportAsTheyStand) {
  for (const auto& model : config::load_models({})) {
    for (const auto& category : model.categories) {
      EXPECT_FALSE(dicom::says_what_a_report_must_not(category.wording + "; " + model.proviso)) << model.name;
      EXPECT_FALSE(dicom::says_what_a_report_must_not(category.label)) << model.name;
    }
  }
}

}  // namespace
}  // namespace glisson::server
