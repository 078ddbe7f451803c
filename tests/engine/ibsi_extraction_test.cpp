// Mechanics of IBSI's processing, and what is undefined.

#include "engine/features/ibsi_extraction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "engine/errors.hpp"
#include "tests/support/rejection.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::image_of;
using tests::ImageAndMask;

const Feature& feature_of(const FeatureVector& features, std::string_view name) {
  for (const Feature& feature : features) {
    if (feature.name == name) return feature;
  }
  throw std::logic_error("no feature " + std::string(name));
}

void expect_undefined(const FeatureVector& features, std::string_view name, UndefinedReason reason) {
  const Feature& feature = feature_of(features, name);
  EXPECT_FALSE(feature.value) << name;
  EXPECT_EQ(feature.reason, reason) << name << " " << keyword(feature.reason.value());
}

IbsiSettings all_aggregations() {
  IbsiSettings settings;
  settings.aggregations = {Aggregation::slices_averaged,   Aggregation::slices_merged,
                           Aggregation::directions_merged, Aggregation::merged,
                           Aggregation::volume_averaged,   Aggregation::volume_merged};
  settings.discretisation = FixedBinSize{1};
  return settings;
}

FeatureVector features_of(const ImageAndMask& image, const IbsiSettings& settings = all_aggregations()) {
  return extract_ibsi_features(image.volume, image.mask, settings);
}

TEST(IbsiExtraction, GivesEveryFeatureOfTheCatalogueOnceSortedAndUnderItsName) {
  const FeatureVector features = features_of(tests::textured_ellipsoid());
  EXPECT_EQ(features.size(), 29U + 2 + 18 + 23 + 7 + 6 * (25 + 16) + 3 * (16 + 16 + 5 + 17));
  std::set<const FeatureDefinition*> definitions;
  for (std::size_t i = 0; i < features.size(); ++i) {
    EXPECT_TRUE(i == 0 || features[i - 1].name < features[i].name);
    EXPECT_EQ(features[i].definition->convention, Convention::ibsi);
    EXPECT_EQ(features[i].name.rfind(features[i].definition->family + "_" + features[i].definition->name, 0),
              0U);
    EXPECT_TRUE(features[i].value) << features[i].name;
    definitions.insert(features[i].definition);
  }
  EXPECT_EQ(definitions.size(), ibsi_feature_catalogue().size() - 3);  // less the IVH's levels
}

TEST(IbsiExtraction, IvhIntensitiesAreLevelsWithoutUnitForAFixedNumberOfBins) {
  IbsiSettings settings;
  settings.families = {"ivh"};
  EXPECT_EQ(
      feature_of(features_of(tests::textured_ellipsoid(), settings), "ivh_i10").definition->intensity_power,
      1);
  settings.ivh_discretisation = FixedBinNumber{1000};
  EXPECT_EQ(
      feature_of(features_of(tests::textured_ellipsoid(), settings), "ivh_i10").definition->intensity_power,
      0);
}

TEST(IbsiExtraction, ComputesOnlyTheFamiliesAskedFor) {
  IbsiSettings settings;
  settings.families = {"stat", "szm"};
  const FeatureVector features = features_of(tests::textured_ellipsoid(), settings);
  EXPECT_EQ(features.size(), 18U + 16);
  settings.families = {"shape"};
  EXPECT_THROW(features_of(tests::textured_ellipsoid(), settings), std::logic_error);
}

TEST(IbsiExtraction, GreyLevelsBeyondMemoryAreRefusedOnlyWhereTheyAreNeeded) {
  IbsiSettings settings;
  settings.discretisation = FixedBinSize{1e-6};
  settings.families = {"morph", "loc", "stat", "ivh"};
  EXPECT_NO_THROW(features_of(tests::textured_ellipsoid(), settings));
  for (const char* family : {"ih", "cm"}) {
    settings.families = {family};
    EXPECT_EQ(tests::rejected_as([&] { features_of(tests::textured_ellipsoid(), settings); }),
              "too_many_grey_levels");
  }
}

TEST(IbsiExtraction, OfOneVoxelIsUndefinedWhereItNeedsMore) {
  const FeatureVector features = features_of(image_of({1, 1, 1}, {5}));
  for (const char* name : {"morph_pca_elongation", "morph_pca_flatness", "morph_moran_i", "morph_geary_c",
                           "stat_skew", "stat_kurt", "ih_skew", "ih_kurt"}) {
    expect_undefined(features, name, UndefinedReason::single_voxel);
  }
  for (const char* name : {"cm_contrast_3D_avg", "cm_corr_2_5D_comb", "cm_joint_max_2D_avg",
                           "ngt_strength_2D", "ngt_coarseness_3D"}) {
    expect_undefined(features, name, UndefinedReason::no_neighbours);
  }
  for (const char* name : {"ih_max_grad", "ivh_v10", "ivh_auc"}) {
    expect_undefined(features, name, UndefinedReason::single_grey_level);
  }
  expect_undefined(features, "morph_vol_dens_aee", UndefinedReason::division_by_zero);
  EXPECT_EQ(feature_of(features, "stat_mean").value, 5);
  EXPECT_EQ(feature_of(features, "rlm_sre_3D_comb").value, 1);
  EXPECT_EQ(feature_of(features, "rlm_r_perc_2D_avg").value, 1);
  EXPECT_EQ(feature_of(features, "dzm_lde_3D").value, 1);
}

TEST(IbsiExtraction, OfAFlatRegionIsUndefinedWhereIntensitiesMustDiffer) {
  const FeatureVector features = features_of(image_of({3, 3, 3}, std::vector<float>(27, -20)));
  for (const char* name : {"stat_skew", "stat_kurt", "ih_kurt", "morph_moran_i", "morph_geary_c"}) {
    expect_undefined(features, name, UndefinedReason::flat_region);
  }
  for (const char* name :
       {"cm_corr_3D_avg", "cm_info_corr1_2D_comb", "cm_info_corr2_3D_comb", "ngt_coarseness_3D",
        "ngt_contrast_2D", "ngt_busyness_2_5D", "ngt_strength_3D", "ivh_i10"}) {
    expect_undefined(features, name, UndefinedReason::single_grey_level);
  }
  EXPECT_EQ(feature_of(features, "cm_joint_max_3D_avg").value, 1);
  EXPECT_EQ(feature_of(features, "cm_contrast_3D_avg").value, 0);
  EXPECT_EQ(feature_of(features, "szm_lze_3D").value, 27 * 27);
  EXPECT_EQ(feature_of(features, "stat_cov").value, 0);
}

TEST(IbsiExtraction, MeansOfZeroLeaveRatiosUndefined) {
  const FeatureVector features = features_of(image_of({2, 1, 1}, {-3, 3}));
  for (const char* name : {"stat_cov", "stat_qcod", "morph_com", "stat_rmad"}) {
    expect_undefined(features, name, UndefinedReason::division_by_zero);
  }
  EXPECT_EQ(feature_of(features, "stat_mean").value, 0);
}

// Half of the volume has the highest level: no level is reached by 10 % of it.
TEST(IbsiExtraction, IntensityAtAVolumeFractionMayNotExist) {
  const FeatureVector features = features_of(image_of({2, 2, 1}, {1, 2, 1, 2}));
  expect_undefined(features, "ivh_i10", UndefinedReason::no_such_level);
  expect_undefined(features, "ivh_diff_i10_i90", UndefinedReason::no_such_level);
  EXPECT_EQ(feature_of(features, "ivh_i90").value, 2);
  EXPECT_EQ(feature_of(features, "ivh_v10").value, 0.5);
  EXPECT_EQ(feature_of(features, "ivh_auc").value, 0.75);
}

TEST(IbsiExtraction, SlicesWithoutNeighboursDoNotCountInAverages) {
  // Slice 0 is a pair of voxels, slice 2 a single one.
  const auto image = image_of({2, 1, 3}, {1, 3, 0, 0, 2, 0}, {1, 1, 0, 0, 1, 0});
  const FeatureVector features = features_of(image);
  EXPECT_EQ(feature_of(features, "cm_contrast_2D_avg").value, 4);
  EXPECT_EQ(feature_of(features, "ngt_contrast_2D").value, feature_of(features, "ngt_contrast_2_5D").value);
  EXPECT_EQ(feature_of(features, "rlm_hgre_2D_avg").value, 0.5 * (5 + 4));
}

TEST(IbsiProcessing, KeepsTheBoundsOfTheRangeAndTheOutline) {
  const auto image = image_of({5, 1, 1}, {-501, -500, 0, 400, 401});
  IbsiSettings settings;
  settings.range = IntensityRange{-500, 400};
  const IbsiImage processed = process_ibsi_image(image.volume, image.mask, settings);
  EXPECT_EQ(processed.intensity_mask.voxels, (std::vector<std::uint8_t>{0, 1, 1, 1, 0}));
  EXPECT_EQ(processed.morphological_mask.voxels, image.mask.voxels);
  EXPECT_EQ(feature_of(extract_ibsi_features(processed, settings), "morph_vol_approx").value, 5);
  EXPECT_EQ(feature_of(extract_ibsi_features(processed, settings), "stat_max").value, 400);
}

TEST(IbsiProcessing, DropsOutliersOfWhatTheRangeLeaves) {
  std::vector<float> intensities(100, 10);
  intensities[0] = 12;
  intensities[1] = 30;
  intensities[2] = 1e6F;  // so far that it would hide the other
  const auto image = image_of({100, 1, 1}, intensities);
  IbsiSettings settings;
  settings.range = IntensityRange{0, 100};
  settings.outlier_deviations = 3;
  const IbsiImage processed = process_ibsi_image(image.volume, image.mask, settings);
  EXPECT_EQ(processed.intensity_mask.count(), 98U);
  EXPECT_EQ(processed.intensity_mask.voxels[0], 1);
}

TEST(IbsiProcessing, RefusesRegionsOfWhichNothingIsLeft) {
  const auto image = image_of({2, 2, 1}, {1, 2, 3, 4});
  IbsiSettings settings;
  settings.range = IntensityRange{5, 9};
  EXPECT_EQ(tests::rejected_as([&] { process_ibsi_image(image.volume, image.mask, settings); }),
            "nothing_left_by_resegmentation");
  const auto empty = image_of({2, 1, 1}, {1, 2}, {0, 0});
  EXPECT_EQ(tests::rejected_as([&] { process_ibsi_image(empty.volume, empty.mask, {}); }), "empty_region");
}

TEST(IbsiProcessing, RefusesIntensitiesThatAreNoNumbersAndGridsBeyondMemory) {
  const auto image = image_of({2, 1, 1}, {1, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(tests::rejected_as([&] { process_ibsi_image(image.volume, image.mask, {}); }),
            "intensities_not_finite");
  const auto large = image_of({100, 100, 100}, std::vector<float>(1000000, 1));
  IbsiSettings settings;
  settings.spacing = Vector3{0.01, 0.01, 0.01};
  EXPECT_EQ(tests::rejected_as([&] { process_ibsi_image(large.volume, large.mask, settings); }),
            "too_much_memory");
}

TEST(IbsiProcessing, KeepsSlicesWhereTheSpacingAlongThemIsZero) {
  auto image = tests::textured_ellipsoid();
  IbsiSettings settings;
  settings.spacing = Vector3{1.6, 1.6, 0};
  const IbsiImage processed = process_ibsi_image(image.volume, image.mask, settings);
  EXPECT_EQ(processed.volume.grid.size, (std::array{10, 9, 14}));
  EXPECT_EQ(processed.volume.grid.spacing, (Vector3{1.6, 1.6, 2.5}));
}

TEST(IbsiProcessing, RoundsAfterInterpolationOnly) {
  const auto image = image_of({4, 1, 1}, {0.4F, 1.4F, 2.4F, 3.4F});
  IbsiSettings settings;
  EXPECT_EQ(process_ibsi_image(image.volume, image.mask, settings).volume.values, image.volume.values);
  settings.spacing = Vector3{2, 1, 1};
  EXPECT_EQ(process_ibsi_image(image.volume, image.mask, settings).volume.values, (std::vector<float>{1, 3}));
  settings.round_intensities = false;
  const auto exact = process_ibsi_image(image.volume, image.mask, settings).volume.values;
  EXPECT_FLOAT_EQ(exact[0], 0.9F);
  EXPECT_FLOAT_EQ(exact[1], 2.9F);
}

TEST(IbsiProcessing, KeepsOnlyTheMarginWithoutChangingAFeature) {
  const std::array<int, 3> size{60, 50, 40};
  ImageAndMask image = tests::random_image(size, 200, 1, 4);
  image.volume.grid.spacing = image.mask.grid.spacing = {1.3, 1.3, 2.1};
  for (std::size_t i = 0; i < image.mask.voxels.size(); ++i) {
    const int x = static_cast<int>(i % 60);
    const int y = static_cast<int>(i / 60 % 50);
    const int z = static_cast<int>(i / 3000);
    image.mask.voxels[i] = std::hypot(x - 52, y - 20, z - 9) < 7 ? 1 : 0;
  }
  IbsiSettings settings = all_aggregations();
  settings.discretisation = FixedBinNumber{16};
  for (const auto interpolation :
       {Interpolation::nearest, Interpolation::linear, Interpolation::cubic_spline}) {
    for (const auto& spacing : {std::optional<Vector3>(), std::optional<Vector3>({1, 1, 1})}) {
      settings.image_interpolation = interpolation;
      settings.spacing = spacing;
      const IbsiImage whole = process_ibsi_image(image.volume, image.mask, settings);
      const FeatureVector expected = extract_ibsi_features(whole, settings);
      const FeatureVector features = extract_ibsi_features(image.volume, image.mask, settings);
      ASSERT_EQ(features.size(), expected.size());
      for (std::size_t i = 0; i < features.size(); ++i) {
        ASSERT_EQ(features[i].value.has_value(), expected[i].value.has_value()) << features[i].name;
        const double value = expected[i].value.value();
        EXPECT_NEAR(features[i].value.value(), value, 1e-9 * std::max(1.0, std::abs(value)))
            << features[i].name;
      }
      settings.margin = 3;
      EXPECT_LT(process_ibsi_image(image.volume, image.mask, settings).volume.values.size(),
                whole.volume.values.size());
      settings.margin.reset();
    }
  }
}

TEST(IbsiFilteredImage, ItsLevelsBeginAtItsOwnLowestIntensity) {
  const auto image = image_of({4, 1, 1}, {10, 20, 30, 40});
  IbsiSettings settings;
  settings.range = IntensityRange{0, 100};
  settings.discretisation = FixedBinSize{10};
  settings.families = {"ih"};
  IbsiImage processed = process_ibsi_image(image.volume, image.mask, settings);
  EXPECT_EQ(feature_of(extract_ibsi_features(processed, settings), "ih_min").value, 2);
  for (float& value : processed.volume.values) value = -value;
  EXPECT_EQ(feature_of(extract_ibsi_features(processed, settings), "ih_min").value, 1);
  EXPECT_EQ(feature_of(extract_ibsi_features(processed, settings), "ih_max").value, 4);
}

}  // namespace
}  // namespace glisson::engine
