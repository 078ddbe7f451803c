#include "engine/extraction.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/errors.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

PyRadiomicsSettings all_classes() {
  PyRadiomicsSettings settings;
  settings.bin_width = 1;
  for (const std::string_view name : feature_classes()) settings.feature_classes.emplace_back(name);
  return settings;
}

PyRadiomicsSettings all_image_types() {
  PyRadiomicsSettings settings = all_classes();
  settings.bin_width = 25;
  settings.resampled_pixel_spacing = {{1, 1, 1}};
  settings.image_types = {Original{},  Wavelet{},     Square{},  SquareRoot{},
                          Logarithm{}, Exponential{}, Gradient{}};
  for (const double sigma : {1, 2, 3, 4, 5}) settings.image_types.emplace_back(LaplacianOfGaussian{sigma});
  return settings;
}

FeatureVector features_of(const tests::ImageAndMask& image) {
  return extract_pyradiomics_features(image.volume, image.mask, all_classes());
}

const Feature& feature(const FeatureVector& features, std::string_view name) {
  static const Feature absent{};
  const auto found =
      std::find_if(features.begin(), features.end(), [name](const Feature& f) { return f.name == name; });
  if (found != features.end()) return *found;
  ADD_FAILURE() << "no feature " << name;
  return absent;
}

TEST(Extraction, GivesEveryFeatureOfTheCatalogueSortedByName) {
  const FeatureVector features = features_of(tests::random_image({6, 6, 6}, 5, 0.8, 1));
  EXPECT_EQ(features.size(), feature_catalogue().size());
  std::set<const FeatureDefinition*> definitions;
  for (const Feature& f : features) {
    definitions.insert(f.definition);
    EXPECT_EQ(f.name, "original_" + f.definition->family + "_" + f.definition->name);
    EXPECT_TRUE(f.value) << f.name;
    EXPECT_FALSE(f.reason) << f.name;
  }
  EXPECT_EQ(definitions.size(), feature_catalogue().size());
  EXPECT_TRUE(std::is_sorted(features.begin(), features.end(),
                             [](const Feature& a, const Feature& b) { return a.name < b.name; }));
}

TEST(Extraction, ComputesOnlyTheClassesOfTheProtocol) {
  const auto image = tests::random_image({4, 4, 4}, 3, 0.9, 1);
  PyRadiomicsSettings settings;
  settings.feature_classes = {"ngtdm", "shape"};
  EXPECT_EQ(extract_pyradiomics_features(image.volume, image.mask, settings).size(), 5U + 14U);
  settings.feature_classes = {"texture"};
  EXPECT_THROW(extract_pyradiomics_features(image.volume, image.mask, settings), std::logic_error);
}

TEST(Extraction, RefusesARegionWithoutVoxels) {
  auto image = tests::random_image({4, 4, 4}, 3, 0.9, 1);
  std::fill(image.mask.voxels.begin(), image.mask.voxels.end(), std::uint8_t{0});
  try {
    features_of(image);
    FAIL();
  } catch (const RejectedInput& rejected) {
    EXPECT_EQ(rejected.reason(), RejectionReason::empty_region);
  }
}

TEST(Extraction, GivesTheSameBitsEachTime) {
  const auto image = tests::random_image({9, 8, 7}, 6, 0.8, 2);
  const FeatureVector first = features_of(image);
  for (int repetition = 0; repetition < 5; ++repetition) {
    const FeatureVector again = features_of(image);
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(again[i].value, first[i].value) << first[i].name;
  }
}

// Sums are taken in the same order whatever the number of threads.
TEST(Extraction, GivesTheSameBitsWithOneThreadAndWithTwo) {
  auto image = tests::random_image({31, 27, 19}, 300, 0.7, 4);
  image.volume.grid.spacing = image.mask.grid.spacing = {0.9, 0.9, 2};
  const PyRadiomicsSettings settings = all_image_types();
  const auto features_with = [&](std::size_t threads) {
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
    return extract_pyradiomics_features(image.volume, image.mask, settings);
  };
  const FeatureVector one = features_with(1);
  EXPECT_EQ(one.size(), 14U + 19U * 93U);
  for (int repetition = 0; repetition < 3; ++repetition) {
    const FeatureVector two = features_with(2);
    ASSERT_EQ(two.size(), one.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(two[i].name, one[i].name);
      EXPECT_EQ(two[i].value, one[i].value) << one[i].name;
    }
  }
}

TEST(UndefinedFeatures, OfAFilterThatNeedsALargerImageSaySo) {
  PyRadiomicsSettings settings = all_classes();
  settings.image_types = {Original{}, LaplacianOfGaussian{1}};
  const auto image = tests::random_image({6, 6, 3}, 5, 0.9, 1);
  const FeatureVector features = extract_pyradiomics_features(image.volume, image.mask, settings);
  EXPECT_EQ(features.size(), 107U + 93U);
  const Feature& mean = feature(features, "log-sigma-1-0-mm-3D_firstorder_Mean");
  EXPECT_FALSE(mean.value);
  EXPECT_EQ(mean.reason, UndefinedReason::image_too_small);
}

// Every feature is a finite value, a flagged sentinel or undefined with a reason: never silent.
void expect_honest(const FeatureVector& features) {
  EXPECT_EQ(features.size(), 107U);
  for (const Feature& f : features) {
    EXPECT_TRUE(f.value || f.reason) << f.name;
    EXPECT_TRUE(!f.value || std::isfinite(*f.value)) << f.name;
  }
}

// PyRadiomics counts a voxel without neighbours with difference 0 (cmatrices.c), so that what divides by
// differences has its sentinel, and the rest is 0. None of it is what IBSI defines.
void expect_sentinels_without_neighbours(const FeatureVector& features) {
  for (const char* name : {"Busyness", "Coarseness", "Complexity", "Contrast", "Strength"}) {
    const Feature& f = feature(features, std::string("original_ngtdm_") + name);
    EXPECT_EQ(f.value, std::string_view(name) == "Coarseness" ? 1e6 : 0) << name;
    EXPECT_EQ(f.reason, UndefinedReason::no_neighbours) << name;
    EXPECT_EQ(f.definition->ibsi_code, "") << name;
  }
}

TEST(UndefinedFeatures, OfOneVoxelAreThoseThatNeedMore) {
  const FeatureVector features = features_of(tests::image_of({1, 1, 1}, {42}));
  expect_honest(features);
  EXPECT_EQ(feature(features, "original_firstorder_Mean").value, 42);
  EXPECT_EQ(feature(features, "original_shape_VoxelVolume").value, 1);
  for (const Feature& f : features) {
    const std::string& family = f.definition->family;
    if (family == "glcm" || family == "glrlm") {
      EXPECT_FALSE(f.value) << f.name;
      EXPECT_EQ(f.reason, UndefinedReason::no_neighbours) << f.name;
    }
  }
  expect_sentinels_without_neighbours(features);
  EXPECT_EQ(feature(features, "original_shape_Elongation").reason, UndefinedReason::single_voxel);
  EXPECT_FALSE(feature(features, "original_shape_Elongation").value);
  EXPECT_EQ(feature(features, "original_firstorder_Skewness").reason, UndefinedReason::single_voxel);
}

TEST(UndefinedFeatures, OfAFlatRegionAreFlaggedSentinels) {
  const FeatureVector features = features_of(tests::image_of({3, 3, 3}, std::vector<float>(27, 50)));
  expect_honest(features);
  const auto expect_sentinel = [&](const char* name, double value, UndefinedReason reason) {
    EXPECT_EQ(feature(features, name).value, value) << name;
    EXPECT_EQ(feature(features, name).reason, reason) << name;
  };
  expect_sentinel("original_firstorder_Skewness", 0, UndefinedReason::flat_region);
  expect_sentinel("original_firstorder_Kurtosis", 0, UndefinedReason::flat_region);
  expect_sentinel("original_glcm_Correlation", 1, UndefinedReason::single_grey_level);
  expect_sentinel("original_glcm_MCC", 1, UndefinedReason::single_grey_level);
  expect_sentinel("original_glcm_Imc1", 0, UndefinedReason::single_grey_level);
  expect_sentinel("original_glcm_Imc2", 0, UndefinedReason::single_grey_level);
  expect_sentinel("original_ngtdm_Coarseness", 1e6, UndefinedReason::single_grey_level);
  expect_sentinel("original_ngtdm_Contrast", 0, UndefinedReason::single_grey_level);
  expect_sentinel("original_ngtdm_Busyness", 0, UndefinedReason::single_grey_level);
  expect_sentinel("original_ngtdm_Strength", 0, UndefinedReason::single_grey_level);
  EXPECT_FALSE(feature(features, "original_glcm_Contrast").reason);
}

TEST(UndefinedFeatures, OfOneGreyLevelAreOnlyThoseOfTexture) {
  PyRadiomicsSettings settings = all_classes();
  settings.bin_width = 100;
  const auto image = tests::random_image({4, 4, 4}, 50, 1.0, 3);
  const FeatureVector features = extract_pyradiomics_features(image.volume, image.mask, settings);
  expect_honest(features);
  EXPECT_FALSE(feature(features, "original_firstorder_Skewness").reason);
  EXPECT_EQ(feature(features, "original_glcm_Correlation").reason, UndefinedReason::single_grey_level);
  EXPECT_NEAR(*feature(features, "original_firstorder_Entropy").value, 0, 1e-12);
}

TEST(UndefinedFeatures, OfScatteredVoxelsAreThoseThatNeedNeighbours) {
  // Two corners of a box of 4 x 3 x 3 lie on no common line of the 13 directions; nor are they neighbours.
  std::vector<std::uint8_t> inside(36, 0);
  inside.front() = inside.back() = 1;
  std::vector<float> intensities(36, 0);
  intensities.back() = 5;
  const FeatureVector features = features_of(tests::image_of({4, 3, 3}, intensities, inside));
  expect_honest(features);
  for (const Feature& f : features) {
    const std::string& family = f.definition->family;
    if (family == "glcm" || family == "glrlm") {
      EXPECT_EQ(f.reason, UndefinedReason::no_neighbours) << f.name;
    }
    if (family == "glszm" || family == "gldm") {
      EXPECT_TRUE(f.value) << f.name;
    }
  }
  expect_sentinels_without_neighbours(features);
}

TEST(ToneDifferences, BearIbsiCodesWhereNoVoxelIsIsolated) {
  const auto code = [](const std::vector<std::uint8_t>& inside) {
    const FeatureVector features = features_of(tests::image_of({4, 1, 1}, {1, 60, 0, 30}, inside));
    EXPECT_TRUE(feature(features, "original_ngtdm_Coarseness").value);
    EXPECT_EQ(feature(features, "original_glcm_Contrast").definition->ibsi_code, "ACUI");
    return feature(features, "original_ngtdm_Coarseness").definition->ibsi_code;
  };
  EXPECT_EQ(code({1, 1, 0, 0}), "QCDE");
  EXPECT_EQ(code({1, 1, 0, 1}), "");
}

TEST(UndefinedFeatures, OfTwoVoxelsIsTheDeviationBetweenThe10thAnd90thPercentile) {
  const FeatureVector features = features_of(tests::image_of({2, 1, 1}, {1, 2}));
  expect_honest(features);
  const Feature& robust = feature(features, "original_firstorder_RobustMeanAbsoluteDeviation");
  EXPECT_FALSE(robust.value);
  EXPECT_EQ(robust.reason, UndefinedReason::division_by_zero);
}

TEST(UndefinedFeatures, RunsCountAlongALineWithAGap) {
  const FeatureVector features = features_of(tests::image_of({3, 1, 1}, {1, 0, 2}, {1, 0, 1}));
  EXPECT_EQ(feature(features, "original_glrlm_RunPercentage").value, 1);
  EXPECT_EQ(feature(features, "original_glcm_Contrast").reason, UndefinedReason::no_neighbours);
}

}  // namespace
}  // namespace glisson::engine
