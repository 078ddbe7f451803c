#include "engine/geometry/lesion_size.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "engine/errors.hpp"

namespace glisson::engine {
namespace {

Mask empty_mask(std::array<int, 3> size, Vector3 spacing) {
  Mask mask;
  mask.grid.size = size;
  mask.grid.spacing = spacing;
  mask.grid.origin = {-101.5, 33.25, 812};
  mask.voxels.assign(mask.grid.voxel_count(), 0);
  return mask;
}

/// Axes turned about all three patient axes.
std::array<Vector3, 3> turned(double a, double b, double c) {
  const double ca = std::cos(a), sa = std::sin(a), cb = std::cos(b), sb = std::sin(b), cc = std::cos(c),
               sc = std::sin(c);
  return {{{ca * cb, sa * cb, -sb},
           {ca * sb * sc - sa * cc, sa * sb * sc + ca * cc, cb * sc},
           {ca * sb * cc + sa * sc, sa * sb * cc - ca * sc, cb * cc}}};
}

Mask random_mask(std::uint32_t seed, Vector3 spacing) {
  std::mt19937 random(seed);
  Mask mask = empty_mask({9, 8, 3}, spacing);
  const unsigned one_in = 2 + seed % 6;
  for (auto& voxel : mask.voxels) voxel = random() % one_in == 0 ? 1 : 0;
  mask.voxels[random() % mask.voxels.size()] = 1;
  return mask;
}

double distance(const Vector3& a, const Vector3& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

double dot(const Axis& first, const Axis& second) {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i)
    sum += (first.end[i] - first.start[i]) * (second.end[i] - second.start[i]);
  return sum;
}

std::vector<Vector3> corners(const Mask& mask, int z) {
  std::vector<Vector3> points;
  for (int y = 0; y < mask.grid.size[1]; ++y) {
    for (int x = 0; x < mask.grid.size[0]; ++x) {
      if (mask.voxels[mask.grid.offset(x, y, z)] == 0) continue;
      for (const double dx : {-0.5, 0.5}) {
        for (const double dy : {-0.5, 0.5}) points.push_back(mask.grid.position({x + dx, y + dy, 1.0 * z}));
      }
    }
  }
  return points;
}

double longest_of_all_corner_pairs(const Mask& mask) {
  double longest = 0;
  for (int z = 0; z < mask.grid.size[2]; ++z) {
    const auto points = corners(mask, z);
    for (const auto& a : points) {
      for (const auto& b : points) longest = std::max(longest, distance(a, b));
    }
  }
  return longest;
}

/// Whether a point of slice z lies in a drawn voxel's rectangle, edges included.
bool drawn(const Mask& mask, int z, const Vector3& point) {
  const Vector3 index = mask.grid.index(point);
  for (int y = 0; y < mask.grid.size[1]; ++y) {
    for (int x = 0; x < mask.grid.size[0]; ++x) {
      if (mask.voxels[mask.grid.offset(x, y, z)] == 0) continue;
      if (std::abs(index[0] - x) <= 0.5 + 1e-9 && std::abs(index[1] - y) <= 0.5 + 1e-9) return true;
    }
  }
  return false;
}

/// The largest extent of the drawn voxels along lines perpendicular to the long axis, each voxel cut exactly:
/// lines through all corners, and a fine comb between them.
double longest_perpendicular_by_clipping(const Mask& mask, const LesionSize& size) {
  const Grid& grid = mask.grid;
  const Vector3 start = grid.index(size.long_axis.start);
  const Vector3 end = grid.index(size.long_axis.end);
  const double u = (end[0] - start[0]) * grid.spacing[0] / size.long_axis.length;
  const double v = (end[1] - start[1]) * grid.spacing[1] / size.long_axis.length;
  std::vector<double> offsets;
  for (const Vector3& corner : corners(mask, size.slice)) {
    const Vector3 index = grid.index(corner);
    offsets.push_back(index[0] * grid.spacing[0] * u + index[1] * grid.spacing[1] * v);
  }
  const auto [first, last] = std::ranges::minmax(offsets);
  for (int i = 0; i < 300; ++i) offsets.push_back(first + (last - first) * i / 300);
  double longest = 0;
  for (const double t : offsets) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        if (mask.voxels[grid.offset(x, y, size.slice)] == 0) continue;
        // The line (t u - w v, t v + w u) within the voxel's rectangle: an interval of w.
        double from = -1e9;
        double to = 1e9;
        const auto clip = [&](double at_zero, double slope, double centre, double width) {
          if (std::abs(slope) < 1e-12) {
            if (std::abs(at_zero - centre) > width / 2 + 1e-9) to = from - 1;
            return;
          }
          const double a = (centre - width / 2 - at_zero) / slope;
          const double b = (centre + width / 2 - at_zero) / slope;
          from = std::max(from, std::min(a, b));
          to = std::min(to, std::max(a, b));
        };
        clip(t * u, -v, x * grid.spacing[0], grid.spacing[0]);
        clip(t * v, u, y * grid.spacing[1], grid.spacing[1]);
        if (from > to + 1e-9) continue;
        low = std::min(low, from);
        high = std::max(high, to);
      }
    }
    longest = std::max(longest, high - low);
  }
  return longest;
}

class RandomLesions : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomLesions, HaveTheLongestDiameterOfAllCornerPairs) {
  Mask mask = random_mask(GetParam(), {0.7, 1.3, 2.5});
  EXPECT_NEAR(measure_lesion(mask).long_axis.length, longest_of_all_corner_pairs(mask), 1e-9);
}

TEST_P(RandomLesions, HaveTheLongestPerpendicularOfAllLines) {
  Mask mask = random_mask(GetParam(), {0.7, 1.3, 2.5});
  const LesionSize size = measure_lesion(mask);
  EXPECT_NEAR(size.short_axis.length, longest_perpendicular_by_clipping(mask, size), 1e-6);
}

TEST_P(RandomLesions, HaveAxesThatEndOnTheOutlineInOneSliceAndArePerpendicular) {
  Mask mask = random_mask(GetParam(), {0.7, 1.3, 2.5});
  mask.grid.direction = turned(0.3, -0.2, 1.1);
  const LesionSize size = measure_lesion(mask);
  for (const Axis& axis : {size.long_axis, size.short_axis}) {
    EXPECT_NEAR(distance(axis.start, axis.end), axis.length, 1e-9);
    for (const Vector3& point : {axis.start, axis.end}) {
      EXPECT_NEAR(mask.grid.index(point)[2], size.slice, 1e-9);
      EXPECT_TRUE(drawn(mask, size.slice, point));
    }
  }
  EXPECT_NEAR(dot(size.long_axis, size.short_axis), 0, 1e-8);
  EXPECT_LE(size.short_axis.length, size.long_axis.length + 1e-9);
}

TEST_P(RandomLesions, MeasureTheSameWhereverTheGridLiesInSpace) {
  Mask mask = random_mask(GetParam(), {0.7, 1.3, 2.5});
  const LesionSize straight = measure_lesion(mask);
  mask.grid.direction = turned(0.9, 0.4, -2.0);
  mask.grid.origin = {4, -7, 1000};
  const LesionSize oblique = measure_lesion(mask);
  EXPECT_DOUBLE_EQ(oblique.volume, straight.volume);
  EXPECT_NEAR(oblique.long_axis.length, straight.long_axis.length, 1e-9);
  EXPECT_NEAR(oblique.short_axis.length, straight.short_axis.length, 1e-9);
  EXPECT_EQ(oblique.slice, straight.slice);
}

TEST_P(RandomLesions, ScaleWithTheirVoxels) {
  const LesionSize once = measure_lesion(random_mask(GetParam(), {0.7, 1.3, 2.5}));
  const LesionSize twice = measure_lesion(random_mask(GetParam(), {1.4, 2.6, 5.0}));
  EXPECT_NEAR(twice.volume, 8 * once.volume, 1e-9);
  EXPECT_NEAR(twice.long_axis.length, 2 * once.long_axis.length, 1e-9);
  EXPECT_NEAR(twice.short_axis.length, 2 * once.short_axis.length, 1e-9);
}

TEST_P(RandomLesions, NeverShrinkWhenAVoxelIsAdded) {
  Mask mask = random_mask(GetParam(), {0.7, 1.3, 2.5});
  const LesionSize before = measure_lesion(mask);
  *std::ranges::find(mask.voxels, 0) = 1;
  const LesionSize after = measure_lesion(mask);
  EXPECT_EQ(after.voxels, before.voxels + 1);
  EXPECT_GT(after.volume, before.volume);
  EXPECT_GE(after.long_axis.length, before.long_axis.length - 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomLesions, testing::Range(1U, 41U));

TEST(LesionSize, OfOneVoxelIsTheDiagonalOfItsRectangle) {
  Mask mask = empty_mask({5, 5, 5}, {3, 4, 7});
  mask.voxels[mask.grid.offset(2, 3, 4)] = 1;
  const LesionSize size = measure_lesion(mask);
  EXPECT_DOUBLE_EQ(size.volume, 84);
  EXPECT_DOUBLE_EQ(size.long_axis.length, 5);
  // Of a rectangle, the longest line perpendicular to its diagonal goes through a corner to the longer side:
  // short side times diagonal over long side.
  EXPECT_NEAR(size.short_axis.length, 3 * 5 / 4.0, 1e-12);
  EXPECT_EQ(size.slice, 4);
  EXPECT_EQ(size.slices, 1);
  EXPECT_EQ(size.voxels, 1U);
  EXPECT_DOUBLE_EQ(size.pixel_size, 4);
}

TEST(LesionSize, OfASquareIsItsTwoDiagonals) {
  Mask mask = empty_mask({6, 6, 1}, {0.5, 0.5, 5});
  for (int y = 1; y < 5; ++y) {
    for (int x = 1; x < 5; ++x) mask.voxels[mask.grid.offset(x, y, 0)] = 1;
  }
  const LesionSize size = measure_lesion(mask);
  EXPECT_NEAR(size.long_axis.length, 2 * std::numbers::sqrt2, 1e-12);
  EXPECT_NEAR(size.short_axis.length, 2 * std::numbers::sqrt2, 1e-12);
}

TEST(LesionSize, OfADiscIsItsDiameterWithinAVoxel) {
  Mask mask = empty_mask({70, 70, 1}, {0.8, 0.8, 5});
  for (int y = 0; y < 70; ++y) {
    for (int x = 0; x < 70; ++x) {
      if (std::hypot(0.8 * (x - 35), 0.8 * (y - 35)) <= 25) mask.voxels[mask.grid.offset(x, y, 0)] = 1;
    }
  }
  const LesionSize size = measure_lesion(mask);
  EXPECT_NEAR(size.long_axis.length, 50, 1.2);
  EXPECT_NEAR(size.short_axis.length, 50, 1.2);
  EXPECT_NEAR(size.volume, std::numbers::pi * 625 * 5, 0.02 * std::numbers::pi * 625 * 5);
}

TEST(LesionSize, NamesTheLowestOfEqualSlices) {
  Mask mask = empty_mask({4, 4, 4}, {1, 1, 1});
  for (const int z : {3, 1, 2}) mask.voxels[mask.grid.offset(1, 1, z)] = 1;
  const LesionSize size = measure_lesion(mask);
  EXPECT_EQ(size.slice, 1);
  EXPECT_EQ(size.slices, 3);
}

TEST(LesionSize, CountsSeparatePartsButNoSpecks) {
  Mask mask = empty_mask({40, 20, 6}, {1, 1, 4});
  const auto draw = [&](int x0, int y0, int z0, int extent) {
    for (int y = y0; y < y0 + extent; ++y) {
      for (int x = x0; x < x0 + extent; ++x) mask.voxels[mask.grid.offset(x, y, z0)] = 1;
    }
  };
  draw(2, 2, 2, 6);
  EXPECT_EQ(measure_lesion(mask).parts, 1);
  draw(8, 8, 3, 6);  // Touches the first at a corner.
  EXPECT_EQ(measure_lesion(mask).parts, 1);
  draw(20, 2, 2, 3);  // 4.2 mm.
  EXPECT_EQ(measure_lesion(mask).parts, 1);
  draw(30, 2, 2, 4);  // 5.7 mm.
  EXPECT_EQ(measure_lesion(mask).parts, 2);
  draw(2, 2, 4, 6);                          // Over the first, with a slice between them.
  EXPECT_EQ(measure_lesion(mask).parts, 2);  // It touches the second.
  draw(30, 10, 0, 6);
  EXPECT_EQ(measure_lesion(mask).parts, 3);
}

TEST(LesionSize, OfASpeckIsOnePart) {
  Mask mask = empty_mask({5, 5, 1}, {1, 1, 1});
  mask.voxels[mask.grid.offset(1, 1, 0)] = 1;
  mask.voxels[mask.grid.offset(4, 4, 0)] = 1;
  EXPECT_EQ(measure_lesion(mask).parts, 1);
}

TEST(LesionSize, TouchesTheEdgeOfTheImage) {
  Mask mask = empty_mask({3, 2, 1}, {1, 1, 1});
  std::ranges::fill(mask.voxels, std::uint8_t{1});
  EXPECT_NEAR(measure_lesion(mask).long_axis.length, std::hypot(3, 2), 1e-12);
}

TEST(LesionSize, OfAnEmptyRegionIsRefused) {
  try {
    measure_lesion(empty_mask({3, 3, 3}, {1, 1, 1}));
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::empty_region);
  }
}

TEST(LesionSize, OfAMaskWithoutItsVoxelsIsABug) {
  Mask mask = empty_mask({3, 3, 3}, {1, 1, 1});
  mask.voxels.pop_back();
  EXPECT_THROW(measure_lesion(mask), std::logic_error);
}

}  // namespace
}  // namespace glisson::engine
