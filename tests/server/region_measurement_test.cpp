#include "server/region_measurement.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/extraction.hpp"
#include "engine/memory_estimate.hpp"

namespace glisson::server {
namespace {

using engine::SegmentMask;

/// An image of 20 x 16 x 8 voxels with a liver (segment 1), two lesions (2 and 4) and a vessel (3).
class RegionMeasurementTest : public testing::Test {
 protected:
  RegionMeasurementTest() {
    image.grid = {.size = {20, 16, 8}, .spacing = {1, 1, 2}};
    for (std::size_t i = 0; i < image.grid.voxel_count(); ++i)
      image.values.push_back(static_cast<float>(i * 37 % 101));
    add(1, {"10200004", "SCT", "Liver"}, [](int x, int, int) { return x < 18; });
    add(2, {"4147007", "SCT", "Mass"},
        [](int x, int y, int z) { return x > 3 && x < 9 && y > 3 && y < 9 && z > 1 && z < 5; });
    add(3, {"32764006", "SCT", "Portal vein"}, [](int, int y, int) { return y == 10; });
    add(4, {"4147007", "SCT", "Mass"},
        [](int x, int y, int z) { return x > 12 && x < 16 && y > 4 && y < 8 && z > 2 && z < 6; });
    engine::PyRadiomicsSettings settings;
    settings.feature_classes = {"firstorder", "shape"};
    protocol.settings = settings;
    protocol.derived_regions = {engine::PeritumoralRing{2}, engine::NecroticCore{-1}, engine::LargestLesion{},
                                engine::AllLesions{}};
  }

  template <typename Inside>
  void add(int number, engine::CodedConcept type, Inside inside) {
    SegmentMask segment;
    segment.segment_number = number;
    segment.type = std::move(type);
    segment.mask.grid = image.grid;
    for (int z = 0; z < image.grid.size[2]; ++z) {
      for (int y = 0; y < image.grid.size[1]; ++y) {
        for (int x = 0; x < image.grid.size[0]; ++x) segment.mask.voxels.push_back(inside(x, y, z) ? 1 : 0);
      }
    }
    segments.push_back(std::move(segment));
  }

  std::vector<MeasuredRegion> measure(const std::vector<int>& numbers) const {
    std::vector<const SegmentMask*> wanted;
    for (const int number : numbers) wanted.push_back(&segments[static_cast<std::size_t>(number - 1)]);
    return measure_regions(image, padding, wanted, segmented_liver(segments, select_segments(segments, {})),
                           protocol, budget);
  }

  static const MeasuredRegion& find(const std::vector<MeasuredRegion>& regions, int segment,
                                    const std::string& derivation) {
    const auto found = std::ranges::find_if(regions, [&](const MeasuredRegion& region) {
      return region.segment_number() == segment &&
             (region.derivation ? region_name(*region.derivation) : "") == derivation;
    });
    if (found == regions.end()) throw std::runtime_error("no region " + derivation);
    return *found;
  }

  static double mean(const MeasuredRegion& region, const std::string& prefix) {
    for (const engine::Feature& feature : region.features) {
      if (feature.name == prefix + "original_firstorder_Mean") return feature.value.value();
    }
    throw std::runtime_error("no mean");
  }

  std::uint64_t budget = std::uint64_t{1} << 30;
  engine::Volume image;
  std::vector<std::uint8_t> padding;
  std::vector<SegmentMask> segments;
  engine::ExtractionProtocol protocol;
};

TEST_F(RegionMeasurementTest, PutsDerivedRegionsAfterTheSegments) {
  const auto regions = measure({1, 2, 4});
  std::vector<std::string> names;
  for (const auto& region : regions) {
    names.push_back(std::to_string(region.segment_number()) +
                    (region.derivation ? " " + region_name(*region.derivation) : ""));
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"1", "2", "4", "2 peritumoral-ring-2mm", "2 necrotic-core-below--1",
                                      "4 peritumoral-ring-2mm", "4 necrotic-core-below--1",
                                      "2 largest-lesion", "0 all-lesions"}));
}

TEST_F(RegionMeasurementTest, MeasuresTheRegionThatTheEngineDerives) {
  const auto regions = measure({1, 2, 4});
  const auto& ring = find(regions, 2, "peritumoral-ring-2mm");
  const engine::SegmentedAnatomy anatomy{
      {&segments[1].mask, &segments[3].mask}, {&segments[0].mask}, {&segments[2].mask}};
  const auto expected = derive_region(engine::PeritumoralRing{2}, anatomy, 0, image);
  EXPECT_EQ(ring.size.voxels, expected.mask.count());
  const auto features = extract_features(image, expected.mask, protocol);
  ASSERT_EQ(ring.features.size(), features.size());
  for (std::size_t i = 0; i < features.size(); ++i) {
    EXPECT_EQ(ring.features[i].name, "peritumoral-ring-2mm_" + features[i].name);
    EXPECT_EQ(ring.features[i].value, features[i].value);
  }
}

TEST_F(RegionMeasurementTest, TheLargestLesionIsThatLesion) {
  const auto regions = measure({2, 4});
  EXPECT_EQ(mean(find(regions, 2, "largest-lesion"), "largest-lesion_"), mean(find(regions, 2, ""), ""));
  EXPECT_EQ(find(regions, 0, "all-lesions").size.voxels, segments[1].mask.count() + segments[3].mask.count());
}

TEST_F(RegionMeasurementTest, DerivesFromTheLesionsThatAreMeasuredOnly) {
  const auto regions = measure({4});
  EXPECT_EQ(regions.size(), 5U);
  EXPECT_EQ(find(regions, 4, "peritumoral-ring-2mm").reason, "");
  EXPECT_EQ(find(regions, 0, "largest-lesion").reason, "not_all_lesions");
  EXPECT_EQ(find(regions, 0, "all-lesions").reason, "not_all_lesions");
  EXPECT_TRUE(find(regions, 0, "all-lesions").features.empty());
}

TEST_F(RegionMeasurementTest, SaysThatNoLesionIsSegmented) {
  segments.erase(segments.begin() + 1, segments.end());
  const auto regions = measure({1});
  EXPECT_EQ(regions.size(), 5U);
  EXPECT_FALSE(find(regions, 1, "").features.empty());
  for (const char* name :
       {"peritumoral-ring-2mm", "necrotic-core-below--1", "largest-lesion", "all-lesions"}) {
    EXPECT_EQ(find(regions, 0, name).reason, "no_lesion") << name;
  }
}

TEST_F(RegionMeasurementTest, SaysWhyADerivedRegionIsEmpty) {
  const auto regions = measure({2});
  const auto& core = find(regions, 2, "necrotic-core-below--1");
  EXPECT_EQ(core.reason, "nothing_below_threshold");
  EXPECT_TRUE(core.features.empty());
  EXPECT_EQ(core.size.voxels, 0U);
}

// Together they would need more than one by one: that must not show.
TEST_F(RegionMeasurementTest, MeasuresOneByOneWhatWouldExceedTheBudgetTogether) {
  auto& settings = std::get<engine::PyRadiomicsSettings>(protocol.settings);
  settings.image_types = {engine::Original{}, engine::Wavelet{}, engine::Gradient{}};
  const auto together = measure({1, 2, 4});
  double most = 0;
  for (const SegmentMask& segment : segments)
    most = std::max(most, engine::estimated_memory(segment.mask, protocol));
  budget = static_cast<std::uint64_t>(most) + 1;
  const auto one_by_one = measure({1, 2, 4});
  ASSERT_EQ(one_by_one.size(), together.size());
  for (std::size_t i = 0; i < together.size(); ++i) {
    EXPECT_EQ(one_by_one[i].reason, together[i].reason);
    ASSERT_EQ(one_by_one[i].features.size(), together[i].features.size());
    for (std::size_t k = 0; k < together[i].features.size(); ++k) {
      EXPECT_EQ(one_by_one[i].features[k].name, together[i].features[k].name);
      EXPECT_EQ(one_by_one[i].features[k].value, together[i].features[k].value);
    }
  }
}

TEST_F(RegionMeasurementTest, MeasuresNoRegionThatHoldsPadding) {
  const auto unpadded = measure({1, 2, 4});
  padding.assign(image.values.size(), 0);
  std::size_t inside = 0;
  while (segments[1].mask.voxels[inside] == 0) ++inside;
  padding[inside] = 1;
  const auto regions = measure({1, 2, 4});
  const auto& lesion = find(regions, 2, "");
  EXPECT_EQ(lesion.reason, "padded_region");
  EXPECT_EQ(lesion.detail, "1 of its voxels are padding of the image");
  EXPECT_TRUE(lesion.features.empty());
  EXPECT_EQ(lesion.size.voxels, find(unpadded, 2, "").size.voxels);
  EXPECT_EQ(find(regions, 0, "all-lesions").reason, "padded_region");
  EXPECT_EQ(find(regions, 4, "").reason, "");
  EXPECT_EQ(mean(find(regions, 4, ""), ""), mean(find(unpadded, 4, ""), ""));
}

TEST_F(RegionMeasurementTest, RefusesWhatExceedsTheMemoryBudget) {
  budget = 1 << 20;
  const auto regions = measure({2});
  EXPECT_EQ(find(regions, 2, "").reason, "too_much_memory");
  EXPECT_EQ(find(regions, 2, "peritumoral-ring-2mm").reason, "too_much_memory");
  EXPECT_NE(find(regions, 2, "").remedy, "");
  EXPECT_GT(find(regions, 2, "").size.voxels, 0U) << "sizes need no such memory";
}

TEST_F(RegionMeasurementTest, MeasuresTheOtherRegionsWhereALesionIsEmpty) {
  std::ranges::fill(segments[1].mask.voxels, std::uint8_t{0});
  const auto regions = measure({1, 2, 4});
  EXPECT_EQ(find(regions, 2, "").reason, "empty_region");
  EXPECT_EQ(find(regions, 2, "peritumoral-ring-2mm").reason, "no_lesion");
  EXPECT_EQ(find(regions, 4, "largest-lesion").reason, "");
  EXPECT_FALSE(find(regions, 4, "peritumoral-ring-2mm").features.empty());
}

}  // namespace
}  // namespace glisson::server
