#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/features/distance_weighting.hpp"
#include "tests/support/small_region.hpp"

// Regions at random and what direct implementations of textures share.

namespace glisson::tests {

// A region as a list of places and levels: nothing is known about neighbours but what is asked.
using Place = std::array<int, 3>;
using Levels = std::map<Place, int>;

inline Levels levels_of(const engine::GreyLevelRegion& region) {
  Levels levels;
  for (int z = 0; z < region.size[2]; ++z) {
    for (int y = 0; y < region.size[1]; ++y) {
      for (int x = 0; x < region.size[0]; ++x) {
        const auto level = region.levels[region.offset(x, y, z)];
        if (level != 0) levels[{x, y, z}] = region.grey_levels[level - 1U];
      }
    }
  }
  return levels;
}

inline Place moved(const Place& place, const Place& by, int times = 1) {
  return {place[0] + times * by[0], place[1] + times * by[1], place[2] + times * by[2]};
}

inline std::vector<Place> all_directions() {
  std::vector<Place> result;
  for (int z = -1; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        if (x != 0 || y != 0 || z != 0) result.push_back({x, y, z});
      }
    }
  }
  return result;
}

// One of each opposite pair: of a centrally symmetric list, the second half.
inline std::vector<Place> half_of_directions() {
  auto all = all_directions();
  return {all.begin() + 13, all.end()};
}

struct RandomRegion {
  std::array<int, 3> size;
  int levels;
  double filled;
  unsigned seed;
};

// Dense, sparse, flat and thin regions.
inline const std::vector<RandomRegion> random_regions{
    {{6, 5, 4}, 4, 0.7, 1}, {{6, 5, 4}, 12, 0.9, 2}, {{7, 7, 7}, 3, 0.15, 3}, {{8, 6, 1}, 5, 0.8, 4},
    {{1, 9, 5}, 4, 0.7, 5}, {{5, 5, 5}, 2, 1.0, 6},  {{12, 1, 1}, 3, 0.9, 7}, {{6, 6, 6}, 40, 0.8, 8}};

class TextureFeatures : public testing::TestWithParam<RandomRegion> {
 protected:
  const engine::GreyLevelRegion region_ =
      grey_levels(random_image(GetParam().size, GetParam().levels, GetParam().filled, GetParam().seed));
  const Levels levels_ = levels_of(region_);

  static void expect_equal(const std::map<std::string, double>& expected,
                           const engine::FeatureValues& features) {
    EXPECT_EQ(features.size(), expected.size());
    for (const auto& [name, value] : expected) {
      EXPECT_NEAR(value_of(features, name), value, 1e-9 * std::max(1.0, std::abs(value))) << name;
    }
  }
  static void expect_same(const engine::FeatureValues& features, const engine::FeatureValues& others) {
    ASSERT_EQ(features.size(), others.size());
    for (const auto& feature : features)
      EXPECT_EQ(feature.value, value_of(others, feature.name)) << feature.name;
  }
};

// |d| in mm of each norm that PyRadiomics knows.
inline std::map<engine::WeightingNorm, std::function<double(const Place&)>> norms_by_definition(
    const std::array<double, 3>& spacing) {
  const auto along = [spacing](const Place& d, std::size_t axis) {
    return std::abs(d[axis]) * spacing[axis];
  };
  using enum engine::WeightingNorm;
  return {{manhattan, [=](const Place& d) { return along(d, 0) + along(d, 1) + along(d, 2); }},
          {euclidean, [=](const Place& d) { return std::hypot(along(d, 0), along(d, 1), along(d, 2)); }},
          {infinity,
           [=](const Place& d) {
             return std::max({along(d, 0), along(d, 1), along(d, 2)});
           }},
          {no_weighting, [](const Place&) { return 1.0; }}};
}

inline double log2_or_0(double p) { return p > 0 ? std::log2(p) : 0; }

inline std::map<std::string, double> mean_of(const std::vector<std::map<std::string, double>>& by_direction) {
  std::map<std::string, double> mean;
  for (const auto& features : by_direction) {
    for (const auto& [name, value] : features) mean[name] += value / static_cast<double>(by_direction.size());
  }
  return mean;
}

}  // namespace glisson::tests
