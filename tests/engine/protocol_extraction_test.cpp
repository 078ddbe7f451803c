#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/extraction.hpp"
#include "engine/features/glcm_features.hpp"
#include "engine/features/glrlm_features.hpp"
#include "engine/features/ibsi_extraction.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

double value(const FeatureVector& features, const std::string& name) {
  const auto found = std::ranges::find(features, name, &Feature::name);
  EXPECT_NE(found, features.end()) << name;
  return found == features.end() ? 0 : found->value.value();
}

ExtractionProtocol ibsi_protocol() {
  IbsiExtraction extraction;
  extraction.processing.families = {"stat"};
  extraction.filters = {{"mean-3", MeanFilter{.support = 3}}, {"mean-1", MeanFilter{.support = 1}}};
  ExtractionProtocol protocol;
  protocol.settings = extraction;
  return protocol;
}

TEST(ExtractFeatures, FollowsTheConventionOfTheProtocol) {
  const auto image = tests::random_image({8, 8, 8}, 40, 0.8, 3);
  const auto features = extract_features(image.volume, image.mask, ibsi_protocol());
  EXPECT_TRUE(std::ranges::all_of(
      features, [](const Feature& feature) { return feature.definition->convention == Convention::ibsi; }));
  PyRadiomicsSettings settings;
  settings.feature_classes = {"firstorder"};
  ExtractionProtocol protocol;
  protocol.settings = settings;
  const auto other = extract_features(image.volume, image.mask, protocol);
  EXPECT_NEAR(value(other, "original_firstorder_Mean"), value(features, "stat_mean"), 1e-9);
}

// The distances are those of the grid on which textures are computed.
TEST(ExtractFeatures, WeightsDirectionsByTheirMillimetres) {
  auto image = tests::random_image({8, 8, 8}, 40, 0.8, 3);
  image.volume.grid.spacing = image.mask.grid.spacing = {0.5, 0.5, 4};
  PyRadiomicsSettings settings;
  settings.feature_classes = {"glcm", "glrlm"};
  settings.bin_width = 5;
  settings.weighting_norm = WeightingNorm::euclidean;
  ExtractionProtocol protocol;
  protocol.settings = settings;
  const auto features = extract_features(image.volume, image.mask, protocol);
  const GreyLevelRegion levels = discretise(crop_to_region(image.volume, image.mask), 5);
  const DistanceWeighting weighting{WeightingNorm::euclidean, {0.5, 0.5, 4}};
  EXPECT_EQ(value(features, "original_glcm_Contrast"),
            tests::value_of(glcm_features(levels, weighting), "Contrast"));
  EXPECT_EQ(value(features, "original_glrlm_RunVariance"),
            tests::value_of(glrlm_features(levels, weighting), "RunVariance"));
}

TEST(ExtractFeatures, NamesResponsesAfterTheirFilter) {
  const auto image = tests::random_image({8, 8, 8}, 40, 0.8, 3);
  const auto features = extract_features(image.volume, image.mask, ibsi_protocol());
  EXPECT_TRUE(std::ranges::is_sorted(features, {}, &Feature::name));
  EXPECT_EQ(value(features, "mean-1_stat_mean"), value(features, "stat_mean"));
  // By definition: the statistics of the filtered image within the region.
  const Volume response = apply_filter(MeanFilter{.support = 3}, image.volume);
  double sum = 0;
  for (std::size_t i = 0; i < response.values.size(); ++i) {
    if (image.mask.voxels[i] != 0) sum += response.values[i];
  }
  EXPECT_NEAR(value(features, "mean-3_stat_mean"), sum / static_cast<double>(image.mask.count()), 1e-6);
  EXPECT_LT(value(features, "mean-3_stat_var"), value(features, "stat_var"));
}

// Only what a filter reaches is interpolated and filtered; that must not show.
TEST(ExtractFeatures, FiltersAsIfTheWholeImageWereFiltered) {
  auto image = tests::random_image({48, 44, 40}, 100, 1.0, 5);
  for (int z = 0; z < 40; ++z) {
    for (int y = 0; y < 44; ++y) {
      for (int x = 0; x < 48; ++x) {
        const bool inside = std::hypot(x - 3, y - 22, z - 21) < 4;
        image.mask.voxels[image.mask.grid.offset(x, y, z)] = inside ? 1 : 0;
      }
    }
  }
  for (const FilterBoundary boundary :
       {FilterBoundary::zero, FilterBoundary::nearest, FilterBoundary::periodic, FilterBoundary::mirror}) {
    const std::vector<NamedFilter> filters{
        {"log", LaplacianOfGaussianFilter{.boundary = boundary, .sigma = 1.5}},
        {"mean", MeanFilter{.boundary = boundary, .support = 5}},
        {"laws", LawsFilter{.boundary = boundary, .kernels = "L5E5S5", .energy_distance = 3}},
        {"wavelet",
         SeparableWaveletFilter{.boundary = boundary, .wavelet = "db3", .subband = "LLH", .level = 2}}};
    for (const NamedFilter& filter : filters) {
      IbsiExtraction extraction;
      extraction.unfiltered = false;
      extraction.filters = {filter};
      ExtractionProtocol protocol;
      protocol.settings = extraction;
      const auto features = extract_features(image.volume, image.mask, protocol);
      const Volume response = apply_filter(filter.filter, image.volume);
      double sum = 0;
      float lowest = std::numeric_limits<float>::max();
      for (std::size_t i = 0; i < response.values.size(); ++i) {
        if (image.mask.voxels[i] == 0) continue;
        sum += response.values[i];
        lowest = std::min(lowest, response.values[i]);
      }
      EXPECT_NEAR(value(features, filter.name + "_stat_mean"), sum / static_cast<double>(image.mask.count()),
                  1e-3)
          << static_cast<int>(boundary);
      EXPECT_NEAR(value(features, filter.name + "_stat_min"), lowest, 1e-3) << filter.name;
    }
  }
}

TEST(ExtractFeatures, LeavesTheImageItselfOutWhereAsked) {
  const auto image = tests::random_image({8, 8, 8}, 40, 0.8, 3);
  auto protocol = ibsi_protocol();
  std::get<IbsiExtraction>(protocol.settings).unfiltered = false;
  const auto features = extract_features(image.volume, image.mask, protocol);
  EXPECT_TRUE(std::ranges::all_of(features,
                                  [](const Feature& feature) { return feature.name.starts_with("mean-"); }));
}

TEST(ExtractFeatures, RangesOfTheImageDecideWhichResponsesCountNotWhichAreLow) {
  const auto image = tests::random_image({8, 8, 8}, 40, 1.0, 3);
  auto protocol = ibsi_protocol();
  std::get<IbsiExtraction>(protocol.settings).processing.range = IntensityRange{10, 30};
  const auto features = extract_features(image.volume, image.mask, protocol);
  const Volume response = apply_filter(MeanFilter{.support = 3}, image.volume);
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < response.values.size(); ++i) {
    if (image.volume.values[i] < 10 || image.volume.values[i] > 30) continue;
    sum += response.values[i];
    ++count;
  }
  EXPECT_NEAR(value(features, "mean-3_stat_mean"), sum / static_cast<double>(count), 1e-5);
}

}  // namespace
}  // namespace glisson::engine
