#include "engine/features/first_order_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::value_of;

FeatureValues features_of(const std::vector<float>& intensities, double bin_width = 1,
                          const Vector3& spacing = {1, 1, 1}) {
  const auto image = tests::image_of({static_cast<int>(intensities.size()), 1, 1}, intensities,
                                     std::vector<std::uint8_t>(intensities.size(), 1), spacing);
  const Region region = crop_to_region(image.volume, image.mask);
  return first_order_features(region, discretise(region, bin_width));
}

// 1 2 3 4 10: mean 4, deviations -3 -2 -1 0 6
TEST(FirstOrderFeatures, OfFiveIntensitiesAreTheirStatistics) {
  const FeatureValues features = features_of({10, 3, 1, 4, 2}, 1, {2, 2, 0.5});
  EXPECT_DOUBLE_EQ(value_of(features, "Mean"), 4);
  EXPECT_DOUBLE_EQ(value_of(features, "Median"), 3);
  EXPECT_DOUBLE_EQ(value_of(features, "Minimum"), 1);
  EXPECT_DOUBLE_EQ(value_of(features, "Maximum"), 10);
  EXPECT_DOUBLE_EQ(value_of(features, "Range"), 9);
  EXPECT_DOUBLE_EQ(value_of(features, "Variance"), (9 + 4 + 1 + 0 + 36) / 5.0);
  EXPECT_DOUBLE_EQ(value_of(features, "Skewness"), (-27 - 8 - 1 + 216) / 5.0 / std::pow(10, 1.5));
  EXPECT_DOUBLE_EQ(value_of(features, "Kurtosis"), (81 + 16 + 1 + 1296) / 5.0 / 100);
  EXPECT_DOUBLE_EQ(value_of(features, "MeanAbsoluteDeviation"), 12 / 5.0);
  EXPECT_DOUBLE_EQ(value_of(features, "Energy"), 1 + 4 + 9 + 16 + 100);
  EXPECT_DOUBLE_EQ(value_of(features, "TotalEnergy"), 130 * 2.0);
  EXPECT_DOUBLE_EQ(value_of(features, "RootMeanSquared"), std::sqrt(26));
}

// Ranks of the five sorted values: P10 at 0.4, P25 at 1, P75 at 3, P90 at 3.6
TEST(FirstOrderFeatures, PercentilesAreInterpolatedBetweenOrderStatistics) {
  const FeatureValues features = features_of({10, 3, 1, 4, 2});
  EXPECT_DOUBLE_EQ(value_of(features, "10Percentile"), 1.4);
  EXPECT_DOUBLE_EQ(value_of(features, "90Percentile"), 7.6);
  EXPECT_DOUBLE_EQ(value_of(features, "InterquartileRange"), 2);
  // between P10 and P90 lie 2 3 4: mean 3, deviations 1 0 1
  EXPECT_DOUBLE_EQ(value_of(features, "RobustMeanAbsoluteDeviation"), 2 / 3.0);
}

// Four grey levels with shares 1/2, 1/4, 1/8, 1/8
TEST(FirstOrderFeatures, EntropyAndUniformityCountGreyLevels) {
  const FeatureValues features = features_of({0, 1, 2, 3, 10, 11, 20, 30}, 10);
  EXPECT_NEAR(value_of(features, "Entropy"), 0.5 * 1 + 0.25 * 2 + 0.125 * 3 * 2, 1e-12);
  EXPECT_DOUBLE_EQ(value_of(features, "Uniformity"), 0.25 + 1 / 16.0 + 2 / 64.0);
}

TEST(FirstOrderFeatures, AFlatRegionHasFlaggedSentinels) {
  for (const auto& feature : features_of({5, 5, 5})) {
    if (feature.name == "Skewness" || feature.name == "Kurtosis") {
      EXPECT_EQ(feature.value, 0);
      EXPECT_EQ(feature.reason, UndefinedReason::flat_region);
    } else {
      EXPECT_TRUE(feature.value && !feature.reason) << feature.name;
    }
  }
}

}  // namespace
}  // namespace glisson::engine
