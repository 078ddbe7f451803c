#include "engine/images/resampling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/errors.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::ImageAndMask;

void clear(ImageAndMask& image) {
  std::fill(image.mask.voxels.begin(), image.mask.voxels.end(), std::uint8_t{0});
}

void fill_box(ImageAndMask& image, const std::array<int, 3>& lower, const std::array<int, 3>& upper) {
  for (int z = lower[2]; z <= upper[2]; ++z) {
    for (int y = lower[1]; y <= upper[1]; ++y) {
      for (int x = lower[0]; x <= upper[0]; ++x) image.mask.voxels[image.mask.grid.offset(x, y, z)] = 1;
    }
  }
}

ImageAndMask image_with_box(const std::array<int, 3>& size, const Vector3& spacing,
                            const std::array<int, 3>& lower, const std::array<int, 3>& upper) {
  auto image = tests::random_image(size, 200, 1.0, 5);
  image.volume.grid.spacing = spacing;
  image.volume.grid.origin = {10, 20, 30};
  image.mask.grid = image.volume.grid;
  clear(image);
  fill_box(image, lower, upper);
  return image;
}

// Along x: spacing 2 to 1, ratio 2. Box 10 to 14: from floor(9.5 * 2 - 5) = 14 to ceil(14.5 * 2 + 5) = 34,
// hence 21 voxels; old continuous index of the first: 0.5 * (1 - 2) / 2 + 14 / 2 = 6.75.
TEST(Resampling, GridCoversThePaddedBoxAlignedAtTheOuterCorner) {
  const auto image = image_with_box({40, 40, 40}, {2, 2, 2}, {10, 10, 10}, {14, 14, 14});
  const ResampledImage result = resample(image.volume, image.mask, {1, 1, 1}, 5);
  EXPECT_EQ(result.volume.grid, result.mask.grid);
  EXPECT_EQ(result.volume.grid.size, (std::array<int, 3>{21, 21, 21}));
  EXPECT_EQ(result.volume.grid.spacing, (Vector3{1, 1, 1}));
  EXPECT_EQ(result.volume.grid.origin, (Vector3{10 + 13.5, 20 + 13.5, 30 + 13.5}));
  EXPECT_EQ(result.volume.values.size(), 21U * 21U * 21U);
  EXPECT_EQ(result.mask.count(), 1000U);  // 5 voxels of 2 mm are 10 of 1 mm
}

TEST(Resampling, GridEndsWithTheImage) {
  const auto image = image_with_box({8, 8, 8}, {2, 2, 2}, {0, 0, 0}, {7, 7, 7});
  const ResampledImage result = resample(image.volume, image.mask, {1, 1, 1}, 5);
  EXPECT_EQ(result.volume.grid.size, (std::array<int, 3>{16, 16, 16}));
  EXPECT_EQ(result.volume.grid.origin, (Vector3{9.5, 19.5, 29.5}));
  EXPECT_EQ(result.mask.count(), 16U * 16U * 16U);
}

TEST(Resampling, AnAxisOfOneSliceKeepsItsSpacing) {
  const auto image = image_with_box({30, 30, 9}, {2, 2, 5}, {10, 10, 4}, {14, 14, 4});
  const ResampledImage result = resample(image.volume, image.mask, {1, 1, 1}, 0);
  EXPECT_EQ(result.volume.grid.spacing, (Vector3{1, 1, 5}));
  EXPECT_EQ(result.mask.count(), 100U);
}

TEST(Resampling, TheSameSpacingLeavesImageAndMaskAsTheyAre) {
  const auto image = image_with_box({9, 9, 9}, {1, 1, 1}, {3, 3, 3}, {5, 5, 5});
  const ResampledImage result = resample(image.volume, image.mask, {1, 1, 1}, 5);
  EXPECT_EQ(result.volume.grid, image.volume.grid);
  EXPECT_EQ(result.volume.values, image.volume.values);
  EXPECT_EQ(result.mask.voxels, image.mask.voxels);
}

// A cubic spline reproduces cubic polynomials away from the image's border.
TEST(Resampling, SplineReproducesACubicPolynomial) {
  auto image = image_with_box({70, 60, 60}, {1.5, 1, 1}, {30, 25, 25}, {40, 30, 30});
  const auto polynomial = [](const Vector3& p) {
    const double t = (p[0] - 60) / 20;
    return 3 * t * t * t - t * t + 2 * t + 0.5 * (p[1] - 45) / 10;
  };
  for (int z = 0; z < 60; ++z) {
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 70; ++x) {
        image.volume.values[image.volume.grid.offset(x, y, z)] =
            static_cast<float>(polynomial(image.volume.grid.position({1.0 * x, 1.0 * y, 1.0 * z})));
      }
    }
  }
  const ResampledImage result = resample(image.volume, image.mask, {1, 1, 0.7}, 0);
  const Grid& grid = result.volume.grid;
  for (int x = 0; x < grid.size[0]; ++x) {
    const double expected = polynomial(grid.position({1.0 * x, 3, 3}));
    EXPECT_NEAR(result.volume.values[grid.offset(x, 3, 3)], expected, 1e-4) << x;
  }
}

TEST(Resampling, FollowsAnObliqueGrid) {
  auto straight = image_with_box({40, 40, 40}, {1, 1.3, 2}, {15, 15, 15}, {22, 20, 18});
  auto oblique = straight;
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  oblique.volume.grid.direction = {{{c, s, 0}, {-s, c, 0}, {0, 0, 1}}};
  oblique.mask.grid = oblique.volume.grid;
  const ResampledImage expected = resample(straight.volume, straight.mask, {1.1, 1.1, 1.1}, 3);
  const ResampledImage actual = resample(oblique.volume, oblique.mask, {1.1, 1.1, 1.1}, 3);
  ASSERT_EQ(actual.volume.grid.size, expected.volume.grid.size);
  EXPECT_EQ(actual.mask.voxels, expected.mask.voxels);
  for (std::size_t i = 0; i < expected.volume.values.size(); ++i) {
    EXPECT_NEAR(actual.volume.values[i], expected.volume.values[i], 1e-3);
  }
}

// Only the part of the image near the region is looked at; one voxel in the far corner makes it all of the
// image.
TEST(Resampling, TheFarPartOfTheImageDoesNotMatter) {
  const auto near = image_with_box({110, 30, 30}, {1.2, 1, 1}, {10, 10, 10}, {20, 20, 20});
  auto whole = near;
  whole.mask.voxels[whole.mask.grid.offset(109, 29, 29)] = 1;
  const ResampledImage part = resample(near.volume, near.mask, {1, 1, 1.1}, 2);
  const ResampledImage all = resample(whole.volume, whole.mask, {1, 1, 1.1}, 2);
  ASSERT_EQ(part.volume.grid.origin, all.volume.grid.origin);
  for (int z = 0; z < part.volume.grid.size[2]; ++z) {
    for (int y = 0; y < part.volume.grid.size[1]; ++y) {
      for (int x = 0; x < part.volume.grid.size[0]; ++x) {
        EXPECT_FLOAT_EQ(part.volume.values[part.volume.grid.offset(x, y, z)],
                        all.volume.values[all.volume.grid.offset(x, y, z)]);
      }
    }
  }
}

TEST(Resampling, RefusesAnAbsurdGridAndAnEmptyMask) {
  auto image = image_with_box({60, 60, 60}, {5, 5, 5}, {0, 0, 0}, {59, 59, 59});
  try {
    resample(image.volume, image.mask, {0.1, 0.1, 0.1}, 5);
    FAIL();
  } catch (const RejectedInput& rejected) {
    EXPECT_EQ(rejected.reason(), RejectionReason::too_much_memory);
  }
  clear(image);
  EXPECT_THROW(resample(image.volume, image.mask, {1, 1, 1}, 5), RejectedInput);
}

}  // namespace
}  // namespace glisson::engine
