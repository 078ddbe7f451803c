#include "engine/features/discretisation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>

#include "engine/errors.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::image_of;

GreyLevelRegion discretised_row(const std::vector<float>& intensities, double bin_width) {
  const auto image = image_of({static_cast<int>(intensities.size()), 1, 1}, intensities);
  return discretise(crop_to_region(image.volume, image.mask), bin_width);
}

std::vector<int> levels_of(const GreyLevelRegion& region) {
  std::vector<int> levels;
  region.for_each_voxel([&](std::size_t i) { levels.push_back(region.grey_levels[region.levels[i] - 1U]); });
  return levels;
}

TEST(Discretisation, BinEdgesAreMultiplesOfTheWidth) {
  // bins [-25, 0), [0, 25), [25, 50), [50, 75): the minimum lies in the first
  EXPECT_EQ(levels_of(discretised_row({-3, 0, 24.99F, 25, 49, 50}, 25)),
            (std::vector<int>{1, 2, 2, 3, 3, 4}));
}

TEST(Discretisation, AnIntensityOnAnEdgeOpensItsBin) {
  EXPECT_EQ(levels_of(discretised_row({-50, -25.001F, -25}, 25)), (std::vector<int>{1, 1, 2}));
}

TEST(Discretisation, EdgesHoldForWidthsThatBinaryFractionsOnlyApproach) {
  const double width = 0.1;
  std::vector<float> intensities;
  for (int k = 0; k <= 900; ++k) intensities.push_back(static_cast<float>(k * width));
  const std::vector<int> levels = levels_of(discretised_row(intensities, width));
  for (std::size_t i = 0; i < levels.size(); ++i) {
    EXPECT_LE((levels[i] - 1) * width, intensities[i]);
    EXPECT_LT(intensities[i], levels[i] * width);
  }
}

TEST(Discretisation, LevelsThatDoNotOccurAreLeftOut) {
  const GreyLevelRegion region = discretised_row({0, 100, 100, 26}, 25);
  EXPECT_EQ(region.grey_levels, (std::vector<int>{1, 2, 5}));
  EXPECT_EQ(region.voxels, (std::vector<std::size_t>{1, 1, 2}));
  EXPECT_EQ(region.highest_level(), 5);
  EXPECT_EQ(region.voxel_count, 4U);
}

TEST(Discretisation, EveryVoxelHasAMarginOutside) {
  const auto image = tests::random_image({4, 3, 2}, 5, 1.0, 1);
  const GreyLevelRegion region = tests::grey_levels(image);
  EXPECT_EQ(region.levels.size(), 6U * 5U * 4U);
  std::size_t inside = 0;
  for (const auto level : region.levels) inside += level != 0 ? 1U : 0U;
  EXPECT_EQ(inside, 24U);
}

TEST(Discretisation, RefusesMoreGreyLevelsThanItCanTellApart) {
  std::vector<float> intensities(65535);
  std::iota(intensities.begin(), intensities.end(), 0.0F);
  try {
    discretised_row(intensities, 1);
    FAIL();
  } catch (const RejectedInput& rejected) {
    EXPECT_EQ(rejected.reason(), RejectionReason::too_many_grey_levels);
  }
}

TEST(Discretisation, RefusesIntensitiesThatNoBinWidthCouldHold) {
  EXPECT_THROW(discretised_row({0, 1e30F}, 1), RejectedInput);
  EXPECT_THROW(discretised_row({1e30F, 1e30F}, 1), RejectedInput);
  EXPECT_THROW(discretised_row({-3e38F, 3e38F}, 25), RejectedInput);
  EXPECT_THROW(discretised_row({0, 2e6F}, 1), RejectedInput);
}

TEST(Directions, AreOneOfEachOppositePairThatFitsTheBox) {
  const auto all = directions({5, 5, 5});
  ASSERT_EQ(all.size(), 13U);
  std::set<Direction> seen;
  for (const Direction& d : all) {
    EXPECT_FALSE(seen.contains({-d[0], -d[1], -d[2]}));
    seen.insert(d);
  }
  EXPECT_EQ(seen.size(), 13U);
  EXPECT_EQ(directions({5, 5, 1}).size(), 4U);
  EXPECT_EQ(directions({1, 5, 1}).size(), 1U);
  EXPECT_TRUE(directions({1, 1, 1}).empty());
}

// numpy.digitize(x, numpy.histogram(x, count)[1] with the last edge raised by 1), step by step.
std::vector<int> digitised(const std::vector<float>& values, int count) {
  const double lowest = *std::min_element(values.begin(), values.end());
  const double highest = *std::max_element(values.begin(), values.end());
  const double first = lowest == highest ? lowest - 0.5 : lowest;
  const double last = lowest == highest ? highest + 0.5 : highest;
  std::vector<float> edges;
  for (int i = 0; i <= count; ++i) edges.push_back(static_cast<float>(first + i * ((last - first) / count)));
  edges.back() = static_cast<float>(last) + 1;
  std::vector<int> levels;
  for (const float value : values) {
    int level = 0;
    for (const float edge : edges) level += edge <= value ? 1 : 0;
    levels.push_back(level);
  }
  return levels;
}

TEST(DiscretiseByCount, DividesTheRangeOfEachRegionAsNumpyDoes) {
  std::mt19937 generator(3);
  std::uniform_real_distribution<float> uniform(-700, 400);
  for (const int count : {1, 2, 7, 32, 64, 1000}) {
    std::vector<float> values(300);
    for (float& value : values) value = count % 2 == 0 ? std::round(uniform(generator)) : uniform(generator);
    const auto image = image_of({300, 1, 1}, values);
    const auto region = discretise_by_count(crop_to_region(image.volume, image.mask), count);
    const std::vector<int> expected = digitised(values, count);
    for (int x = 0; x < 300; ++x) {
      EXPECT_EQ(region.grey_levels.at(region.levels[region.offset(x, 0, 0)] - std::size_t{1}),
                expected[static_cast<std::size_t>(x)])
          << values[static_cast<std::size_t>(x)] << " of " << count;
    }
    EXPECT_EQ(region.highest_level(), count);
  }
}

TEST(DiscretiseByCount, PutsAFlatRegionIntoTheMiddleBin) {
  const auto image = image_of({3, 1, 1}, {40, 40, 40});
  const Region region = crop_to_region(image.volume, image.mask);
  EXPECT_EQ(discretise_by_count(region, 1).grey_levels, (std::vector<int>{1}));
  EXPECT_EQ(discretise_by_count(region, 32).grey_levels, (std::vector<int>{17}));
  EXPECT_THROW(discretise_by_count(region, 0), std::logic_error);
}

TEST(DiscretiseByCount, OfDoublesAgreesWhereTheyAreWhole) {
  const std::vector<float> values{0, 1, 2, 3, 4, 5, 6, 7, 8};
  const auto image = image_of({9, 1, 1}, values);
  const Region region = crop_to_region(image.volume, image.mask);
  const std::vector<double> exact(values.begin(), values.end());
  EXPECT_EQ(discretise_by_count(region, exact, 4).levels, discretise_by_count(region, 4).levels);
  EXPECT_EQ(discretise_by_count(region, 4).voxels, (std::vector<std::size_t>{2, 2, 2, 3}));
}

TEST(Region, IsTheBoundingBoxOfTheVoxelsInside) {
  auto image = image_of({4, 3, 2}, std::vector<float>(24, 7), std::vector<std::uint8_t>(24, 0), {2, 3, 5});
  image.volume.grid.origin = {10, 20, 30};
  image.mask.grid = image.volume.grid;
  image.mask.voxels[image.mask.grid.offset(1, 1, 1)] = 1;
  image.mask.voxels[image.mask.grid.offset(2, 2, 1)] = 1;
  const Region region = crop_to_region(image.volume, image.mask);
  EXPECT_EQ(region.grid.size, (std::array<int, 3>{2, 2, 1}));
  EXPECT_EQ(region.grid.origin, (Vector3{12, 23, 35}));
  EXPECT_EQ(region.inside, (std::vector<std::uint8_t>{1, 0, 0, 1}));
  EXPECT_EQ(region.intensities.size(), 2U);
}

TEST(Region, RefusesAnEmptyMaskAndIntensitiesThatAreNoNumbers) {
  const auto empty = image_of({2, 1, 1}, {1, 2}, {0, 0});
  const auto not_finite = image_of({2, 1, 1}, {1, std::numeric_limits<float>::quiet_NaN()}, {1, 1});
  const auto outside = image_of({2, 1, 1}, {1, std::numeric_limits<float>::quiet_NaN()}, {1, 0});
  EXPECT_THROW(crop_to_region(empty.volume, empty.mask), RejectedInput);
  EXPECT_THROW(crop_to_region(not_finite.volume, not_finite.mask), RejectedInput);
  EXPECT_NO_THROW(crop_to_region(outside.volume, outside.mask));
}

TEST(Region, RefusesAMaskOnAnotherGrid) {
  auto image = image_of({2, 1, 1}, {1, 2}, {1, 1});
  image.mask.grid.spacing = {2, 1, 1};
  EXPECT_THROW(crop_to_region(image.volume, image.mask), std::logic_error);
}

}  // namespace
}  // namespace glisson::engine
