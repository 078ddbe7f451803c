#include "engine/features/shape_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

#include "engine/geometry/marching_cubes_cases.hpp"
#include "engine/geometry/surface_mesh.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::value_of;

Region full_box(const std::array<int, 3>& size, const Vector3& spacing = {1, 1, 1}) {
  const auto voxels = Grid{size}.voxel_count();
  const auto image =
      tests::image_of(size, std::vector<float>(voxels, 0), std::vector<std::uint8_t>(voxels, 1), spacing);
  return crop_to_region(image.volume, image.mask);
}

Region random_region(const std::array<int, 3>& size, const Vector3& spacing, double filled, unsigned seed) {
  auto image = tests::random_image(size, 2, filled, seed);
  image.volume.grid.spacing = spacing;
  image.mask.grid = image.volume.grid;
  return crop_to_region(image.volume, image.mask);
}

TEST(SurfaceMesh, OfOneVoxelIsAnOctahedron) {
  const SurfaceMesh mesh = measure_surface_mesh(full_box({1, 1, 1}));
  EXPECT_NEAR(mesh.volume, 1.0 / 6, 1e-12);
  EXPECT_NEAR(mesh.area, std::numbers::sqrt3, 1e-12);
  EXPECT_NEAR(mesh.diameter, 1, 1e-12);
}

// The mesh of a box of voxels is the Minkowski sum of that octahedron and the box b of its voxel centres:
// V = 1/6 + (b1 + b2 + b3)/2 + b1 b2 + b2 b3 + b1 b3 + b1 b2 b3,
// A = sqrt 3 + 2 sqrt 2 (b1 + b2 + b3) + 2 (b1 b2 + b2 b3 + b1 b3).
TEST(SurfaceMesh, OfABoxIsTheOctahedronSweptOverItsVoxels) {
  const SurfaceMesh mesh = measure_surface_mesh(full_box({4, 3, 6}));
  const double edges = 3 + 2 + 5;
  const double faces = 3 * 2 + 2 * 5 + 3 * 5;
  EXPECT_NEAR(mesh.volume, 1.0 / 6 + edges / 2 + faces + 3 * 2 * 5, 1e-10);
  EXPECT_NEAR(mesh.area, std::numbers::sqrt3 + 2 * std::numbers::sqrt2 * edges + 2 * faces, 1e-10);
}

TEST(SurfaceMesh, VolumeScalesWithTheSpacing) {
  const double unit = measure_surface_mesh(random_region({6, 5, 4}, {1, 1, 1}, 0.6, 3)).volume;
  const double scaled = measure_surface_mesh(random_region({6, 5, 4}, {0.5, 2, 3}, 0.6, 3)).volume;
  EXPECT_NEAR(scaled, unit * 0.5 * 2 * 3, 1e-9);
}

// Every vertex once, compared with every other: what the convex hulls must give.
TEST(SurfaceMesh, DiametersAreTheLargestDistancesOfAllVertices) {
  const Vector3 spacing{0.7, 1.1, 2.5};
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Region region = random_region({7, 6, 5}, spacing, seed % 2 == 0 ? 0.08 : 0.6, seed + 1);
    std::vector<Vector3> vertices;
    const auto inside = [&](int x, int y, int z) {
      const auto& size = region.grid.size;
      if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) return false;
      return region.inside[region.grid.offset(x, y, z)] != 0;
    };
    for (int z = -1; z <= region.grid.size[2]; ++z) {
      for (int y = -1; y <= region.grid.size[1]; ++y) {
        for (int x = -1; x <= region.grid.size[0]; ++x) {
          if (inside(x, y, z) != inside(x + 1, y, z)) vertices.push_back({x + 0.5, 1.0 * y, 1.0 * z});
          if (inside(x, y, z) != inside(x, y + 1, z)) vertices.push_back({1.0 * x, y + 0.5, 1.0 * z});
          if (inside(x, y, z) != inside(x, y, z + 1)) vertices.push_back({1.0 * x, 1.0 * y, z + 0.5});
        }
      }
    }
    std::array<double, 4> expected{};
    for (const Vector3& a : vertices) {
      for (const Vector3& b : vertices) {
        const double distance =
            std::hypot((a[0] - b[0]) * spacing[0], (a[1] - b[1]) * spacing[1], (a[2] - b[2]) * spacing[2]);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (a[axis] == b[axis]) expected[axis] = std::max(expected[axis], distance);
        }
        expected[3] = std::max(expected[3], distance);
      }
    }
    const SurfaceMesh mesh = measure_surface_mesh(region);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(mesh.planar_diameter[axis], expected[axis], 1e-9) << "seed " << seed << " axis " << axis;
    }
    EXPECT_NEAR(mesh.diameter, expected[3], 1e-9) << "seed " << seed;
  }
}

// Each case must use exactly the edges between a corner inside and one outside.
TEST(MarchingCubesCases, CutTheEdgesThatJoinInsideAndOutside) {
  constexpr std::array<std::pair<int, int>, 12> edges{
      {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {4, 5}, {5, 6}, {6, 7}, {7, 4}, {0, 4}, {1, 5}, {2, 6}, {3, 7}}};
  for (std::size_t index = 0; index < marching_cubes_cases.size(); ++index) {
    std::set<char> expected;
    for (std::size_t edge = 0; edge < edges.size(); ++edge) {
      if (((index >> edges[edge].first) & 1U) != ((index >> edges[edge].second) & 1U)) {
        expected.insert("0123456789ab"[edge]);
      }
    }
    const std::set<char> used(marching_cubes_cases[index].begin(), marching_cubes_cases[index].end());
    EXPECT_EQ(used, expected) << "case " << index;
    EXPECT_EQ(marching_cubes_cases[index].size() % 3, 0U) << "case " << index;
  }
}

// Voxel centres 0 to n - 1 in a row have the variance (n^2 - 1) / 12.
TEST(ShapeFeatures, AxesOfABoxFollowFromTheVarianceOfItsRows) {
  const FeatureValues features = shape_features(full_box({8, 4, 2}, {1, 1.5, 2}));
  const double x = std::sqrt((64 - 1) / 12.0);
  const double y = 1.5 * std::sqrt((16 - 1) / 12.0);
  const double z = 2 * std::sqrt((4 - 1) / 12.0);
  EXPECT_NEAR(value_of(features, "MajorAxisLength"), 4 * x, 1e-9);
  EXPECT_NEAR(value_of(features, "MinorAxisLength"), 4 * y, 1e-9);
  EXPECT_NEAR(value_of(features, "LeastAxisLength"), 4 * z, 1e-9);
  EXPECT_NEAR(value_of(features, "Elongation"), y / x, 1e-9);
  EXPECT_NEAR(value_of(features, "Flatness"), z / x, 1e-9);
  EXPECT_NEAR(value_of(features, "VoxelVolume"), 64 * 3.0, 1e-9);
}

TEST(ShapeFeatures, AFlatRegionHasLeastAxisZero) {
  const FeatureValues features = shape_features(full_box({5, 4, 1}));
  EXPECT_EQ(value_of(features, "LeastAxisLength"), 0);
  EXPECT_EQ(value_of(features, "Flatness"), 0);
  EXPECT_GT(value_of(features, "MeshVolume"), 0);
}

TEST(ShapeFeatures, SphericityOfALargeBallComesNearItsLimit) {
  const int n = 41;
  std::vector<std::uint8_t> inside;
  for (int z = 0; z < n; ++z) {
    for (int y = 0; y < n; ++y) {
      for (int x = 0; x < n; ++x) {
        inside.push_back(std::hypot(x - 20.0, y - 20.0, z - 20.0) <= 18.2 ? 1 : 0);
      }
    }
  }
  const auto ball = tests::image_of({n, n, n}, std::vector<float>(inside.size(), 0), inside);
  const FeatureValues features = shape_features(crop_to_region(ball.volume, ball.mask));
  // A voxelised ball's mesh is rougher than the ball: its area stays about 9 % larger however fine the
  // voxels.
  EXPECT_NEAR(value_of(features, "Sphericity"), 0.92, 0.02);
  EXPECT_NEAR(value_of(features, "MeshVolume"), 4.0 / 3 * std::numbers::pi * std::pow(18.2, 3), 300);
  EXPECT_NEAR(value_of(features, "Maximum3DDiameter"), 36.9, 0.5);
}

}  // namespace
}  // namespace glisson::engine
