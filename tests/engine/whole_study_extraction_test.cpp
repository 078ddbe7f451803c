// Several regions in one call: exactly the features that each has by itself, and filters applied once.

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "engine/stage_times.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

// An image with three regions: two of one bounding box, the third of another.
struct Regions {
  tests::ImageAndMask image = tests::random_image({22, 20, 18}, 200, 1.0, 3);
  std::vector<Mask> masks;

  Regions() {
    image.volume.grid.spacing = {0.9, 0.9, 1.3};
    const Grid& grid = image.volume.grid;
    const auto add = [&](auto inside) {
      Mask mask{grid, std::vector<std::uint8_t>(grid.voxel_count())};
      for (int z = 0; z < grid.size[2]; ++z) {
        for (int y = 0; y < grid.size[1]; ++y) {
          for (int x = 0; x < grid.size[0]; ++x) mask.voxels[grid.offset(x, y, z)] = inside(x, y, z) ? 1 : 0;
        }
      }
      masks.push_back(std::move(mask));
    };
    const auto in_box = [](int x, int y, int z) {
      return x > 3 && x < 14 && y > 4 && y < 15 && z > 2 && z < 12;
    };
    add(in_box);
    add([&](int x, int y, int z) {
      return in_box(x, y, z) && (x < 6 || x > 11 || y < 7 || y > 12 || z < 5);
    });
    add([](int x, int y, int z) { return x > 8 && y > 9 && z > 4 && z < 16; });
  }

  std::vector<const Mask*> all() const {
    std::vector<const Mask*> pointers;
    for (const Mask& mask : masks) pointers.push_back(&mask);
    return pointers;
  }
};

ExtractionProtocol pyradiomics(bool resampled) {
  PyRadiomicsSettings settings;
  settings.image_types = {Original{}, Wavelet{}, LaplacianOfGaussian{1}, Logarithm{}, Gradient{}};
  if (resampled) settings.resampled_pixel_spacing = {1, 1, 1};
  for (const std::string_view name : feature_classes()) settings.feature_classes.emplace_back(name);
  ExtractionProtocol protocol;
  protocol.settings = settings;
  return protocol;
}

ExtractionProtocol ibsi(bool whole_image, bool interpolated) {
  IbsiExtraction extraction;
  if (interpolated) {
    extraction.processing.spacing = Vector3{1, 1, 1};
    extraction.processing.image_interpolation = Interpolation::cubic_spline;
  }
  extraction.processing.families = {"stat", "morph", "loc"};
  extraction.filtered_families = {"stat"};
  extraction.filters = {{"mean", MeanFilter{.support = 3}},
                        {"laws", LawsFilter{.kernels = "L5E5E5", .energy_distance = 2}},
                        {"haar", SeparableWaveletFilter{.wavelet = "haar", .subband = "LHL"}}};
  if (interpolated) {
    extraction.filters.push_back({"log", LaplacianOfGaussianFilter{.sigma = 1}});
    extraction.filters.push_back({"gabor", GaborFilter{.sigma = 1, .wavelength = 2, .rotation_step = {}}});
  }
  if (whole_image) extraction.filters.push_back({"simoncelli", SimoncelliFilter{}});
  ExtractionProtocol protocol;
  protocol.settings = extraction;
  return protocol;
}

void expect_features_of_each_alone(const ExtractionProtocol& protocol) {
  const Regions regions;
  const auto together = extract_features(regions.image.volume, regions.all(), protocol);
  ASSERT_EQ(together.size(), regions.masks.size());
  for (std::size_t i = 0; i < together.size(); ++i) {
    ASSERT_FALSE(together[i].fault);
    const FeatureVector alone = extract_features(regions.image.volume, regions.masks[i], protocol);
    ASSERT_EQ(together[i].features.size(), alone.size());
    for (std::size_t k = 0; k < alone.size(); ++k) {
      EXPECT_EQ(together[i].features[k].name, alone[k].name);
      EXPECT_EQ(together[i].features[k].value, alone[k].value) << alone[k].name << " of region " << i;
      EXPECT_EQ(together[i].features[k].reason, alone[k].reason) << alone[k].name << " of region " << i;
    }
  }
}

TEST(WholeStudyExtraction, GivesEachRegionTheBitsThatItHasAlone) {
  for (const bool resampled : {false, true}) expect_features_of_each_alone(pyradiomics(resampled));
  for (const bool whole_image : {false, true}) {
    for (const bool interpolated : {false, true})
      expect_features_of_each_alone(ibsi(whole_image, interpolated));
  }
}

std::size_t visits_of(const std::string& stage, const ExtractionProtocol& protocol) {
  const Regions regions;
  collect_stage_times();
  extract_features(regions.image.volume, regions.all(), protocol);
  const auto times = stage_times();
  const auto found = std::ranges::find(times, stage, &StageTime::stage);
  return found == times.end() ? 0 : found->visits;
}

TEST(WholeStudyExtraction, FiltersTheWholeImageOnceForAllRegions) {
  EXPECT_EQ(visits_of("filtering", pyradiomics(false)), 5U);
  EXPECT_EQ(visits_of("filtering", ibsi(true, false)), 4U);
}

TEST(WholeStudyExtraction, ResamplesAndFiltersOnceForRegionsOfOneBox) {
  EXPECT_EQ(visits_of("filtering", pyradiomics(true)), 2U * 5U);
  EXPECT_EQ(visits_of("resampling", pyradiomics(true)), 2U);
  EXPECT_EQ(visits_of("filtering", ibsi(false, false)), 2U * 3U);
}

TEST(WholeStudyExtraction, TellsTheFaultOfOneRegionAndMeasuresTheOthers) {
  Regions regions;
  std::ranges::fill(regions.masks[1].voxels, std::uint8_t{0});
  for (const auto& protocol : {pyradiomics(true), pyradiomics(false), ibsi(false, true)}) {
    const auto results = extract_features(regions.image.volume, regions.all(), protocol);
    EXPECT_FALSE(results[0].fault);
    EXPECT_FALSE(results[2].fault);
    EXPECT_FALSE(results[2].features.empty());
    EXPECT_TRUE(results[1].features.empty());
    EXPECT_THROW(std::rethrow_exception(results[1].fault), RejectedInput);
  }
}

}  // namespace
}  // namespace glisson::engine
