#include "engine/images/interpolation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

Grid grid_of(const std::array<int, 3>& size, const Vector3& spacing) {
  Grid grid;
  grid.size = size;
  grid.spacing = spacing;
  return grid;
}

// f at the voxels of a grid, by position in patient coordinates.
template <typename Function>
std::vector<float> sampled(const Grid& grid, Function f) {
  std::vector<float> values;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        const Vector3 p =
            grid.position({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
        values.push_back(static_cast<float>(f(p[0], p[1], p[2])));
      }
    }
  }
  return values;
}

TEST(CentredGrid, CoversTheImageAndSharesItsCentre) {
  Grid grid = grid_of({204, 201, 60}, {0.9765625, 0.9765625, 3});
  grid.origin = {-100, 20, 7};
  const Grid interpolated = centred_grid(grid, {2, 2, 2});
  EXPECT_EQ(interpolated.size, (std::array{100, 99, 90}));
  const Vector3 centre = grid.position({101.5, 100, 29.5});
  const Vector3 new_centre = interpolated.position({49.5, 49, 44.5});
  for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(new_centre[axis], centre[axis], 1e-9);
}

TEST(CentredGrid, OfTheSameSpacingIsTheSame) {
  const Grid grid = grid_of({7, 5, 3}, {0.7, 0.7, 2.5});
  const Grid same = centred_grid(grid, grid.spacing);
  EXPECT_EQ(same.size, grid.size);
  const auto image = tests::random_image({7, 5, 3}, 100, 1, 3);
  for (const auto interpolation :
       {Interpolation::nearest, Interpolation::linear, Interpolation::cubic_spline}) {
    EXPECT_EQ(interpolate(image.volume.values, grid, same, interpolation), image.volume.values);
  }
}

TEST(Interpolate, LinearReproducesPlanes) {
  const Grid grid = grid_of({9, 8, 7}, {1, 1, 2});
  const Grid fine = grid_of({6, 7, 8}, {1.3, 1.1, 1.5});
  const auto plane = [](double x, double y, double z) { return 3 * x - 2 * y + 0.5 * z + 7; };
  const auto values = interpolate(sampled(grid, plane), grid, fine, Interpolation::linear);
  const auto expected = sampled(fine, plane);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-4);
}

TEST(Interpolate, NearestTakesTheValueOfTheNearestVoxelEvenBeyondTheEdge) {
  const Grid grid = grid_of({3, 1, 1}, {1, 1, 1});
  Grid wide = grid_of({6, 1, 1}, {0.8, 1, 1});
  wide.origin = {-1, 0, 0};  // -1, -0.2, 0.6, 1.4, 2.2, 3
  EXPECT_EQ(interpolate({5, 6, 7}, grid, wide, Interpolation::nearest),
            (std::vector<float>{5, 5, 6, 6, 7, 7}));
}

TEST(Interpolate, TheSplineGoesThroughEveryVoxel) {
  const auto image = tests::random_image({9, 8, 7}, 1000, 1, 5);
  const Grid grid = image.volume.grid;
  Grid doubled = grid;
  doubled.size = {17, 15, 13};
  doubled.spacing = {0.5, 0.5, 0.5};
  const auto values = interpolate(image.volume.values, grid, doubled, Interpolation::cubic_spline);
  for (int z = 0; z < 7; ++z) {
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 9; ++x) {
        EXPECT_NEAR(values[doubled.offset(2 * x, 2 * y, 2 * z)], image.volume.values[grid.offset(x, y, z)],
                    1e-3);
      }
    }
  }
}

// A cubic spline reproduces cubic polynomials; its mirrored edges are felt near them only.
TEST(Interpolate, TheSplineReproducesCubicsFarFromTheEdges) {
  const Grid grid = grid_of({60, 1, 1}, {1, 1, 1});
  Grid fine = grid_of({10, 1, 1}, {0.37, 1, 1});
  fine.origin = {28, 0, 0};
  const auto cubic = [](double x, double, double) { return std::pow((x - 30) / 10, 3) - (x - 30) / 10; };
  const auto values = interpolate(sampled(grid, cubic), grid, fine, Interpolation::cubic_spline);
  const auto expected = sampled(fine, cubic);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-6);
}

TEST(Interpolate, RefusesGridsOfOtherDirections) {
  const Grid grid = grid_of({2, 2, 2}, {1, 1, 1});
  Grid turned = grid;
  std::swap(turned.direction[0], turned.direction[1]);
  EXPECT_THROW(interpolate(std::vector<float>(8), grid, turned, Interpolation::linear), std::logic_error);
  EXPECT_THROW(interpolate(std::vector<float>(7), grid, grid, Interpolation::linear), std::logic_error);
}

}  // namespace
}  // namespace glisson::engine
