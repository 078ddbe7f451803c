#include "engine/geometry/distance_transform.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

/// The definition: the smallest squared distance to any marked voxel.
std::vector<double> by_definition(const Grid& grid, const std::vector<std::uint8_t>& marked) {
  std::vector<double> squares(marked.size(), std::numeric_limits<double>::infinity());
  const auto place = [&](std::size_t offset) {
    const auto width = static_cast<std::size_t>(grid.size[0]);
    const auto height = static_cast<std::size_t>(grid.size[1]);
    return Vector3{static_cast<double>(offset % width) * grid.spacing[0],
                   static_cast<double>(offset / width % height) * grid.spacing[1],
                   static_cast<double>(offset / width / height) * grid.spacing[2]};
  };
  for (std::size_t i = 0; i < marked.size(); ++i) {
    for (std::size_t j = 0; j < marked.size(); ++j) {
      if (marked[j] == 0) continue;
      const Vector3 a = place(i);
      const Vector3 b = place(j);
      double square = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) square += (a[axis] - b[axis]) * (a[axis] - b[axis]);
      squares[i] = std::min(squares[i], square);
    }
  }
  return squares;
}

struct Sample {
  std::array<int, 3> size;
  Vector3 spacing;
  double filled;
};

class SquaredDistances : public testing::TestWithParam<Sample> {};

TEST_P(SquaredDistances, AreThoseOfTheDefinition) {
  const Sample& sample = GetParam();
  for (unsigned seed = 1; seed <= 5; ++seed) {
    auto image = tests::random_image(sample.size, 2, sample.filled, seed);
    image.mask.grid.spacing = sample.spacing;
    const auto squares = squared_distances(image.mask.grid, image.mask.voxels);
    const auto expected = by_definition(image.mask.grid, image.mask.voxels);
    for (std::size_t i = 0; i < squares.size(); ++i) {
      if (std::isinf(expected[i])) {
        ASSERT_TRUE(std::isinf(squares[i]));
      } else {
        ASSERT_NEAR(squares[i], expected[i], 1e-9 * (1 + expected[i])) << "voxel " << i << ", seed " << seed;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    OnRandomMarks, SquaredDistances,
    testing::Values(Sample{{9, 8, 7}, {1, 1, 1}, 0.02}, Sample{{9, 8, 7}, {0.7, 0.7, 5}, 0.05},
                    Sample{{6, 11, 9}, {0.73, 2.5, 0.31}, 0.01}, Sample{{12, 5, 8}, {3, 0.5, 1.25}, 0.4},
                    Sample{{1, 13, 4}, {0.9, 0.8, 2}, 0.1}, Sample{{40, 1, 1}, {0.5, 1, 1}, 0.1}));

TEST(SquaredDistancesOf, NothingMarkedAreInfinite) {
  const Grid grid{.size = {3, 2, 2}};
  for (const double square : squared_distances(grid, std::vector<std::uint8_t>(12))) {
    EXPECT_TRUE(std::isinf(square));
  }
}

TEST(SquaredDistancesOf, EverythingMarkedAreZero) {
  const Grid grid{.size = {3, 2, 2}, .spacing = {0.5, 0.5, 3}};
  EXPECT_EQ(squared_distances(grid, std::vector<std::uint8_t>(12, 1)), std::vector<double>(12, 0.0));
}

TEST(SquaredDistancesOf, MarksOfAnotherSizeAreABug) {
  EXPECT_THROW(squared_distances(Grid{.size = {3, 2, 2}}, std::vector<std::uint8_t>(11)), std::logic_error);
}

}  // namespace
}  // namespace glisson::engine
