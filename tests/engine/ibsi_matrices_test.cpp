// Every matrix and body of IBSI's convention against the obvious way of computing it, on random regions with
// holes, gaps and isolated voxels.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <numbers>

#include "engine/features/dependences.hpp"
#include "engine/features/ibsi_extents.hpp"
#include "engine/features/ibsi_extraction.hpp"
#include "engine/features/ibsi_tone_differences.hpp"
#include "engine/features/spatial_autocorrelation.hpp"
#include "engine/features/zone_distances.hpp"
#include "engine/geometry/convex_hull.hpp"
#include "engine/geometry/enclosing_shapes.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::ImageAndMask;
using tests::random_image;
using Counts = std::map<std::pair<int, int>, double>;

struct Voxel {
  int x, y, z;
  double intensity;
};

std::vector<Voxel> voxels_of(const Region& region) {
  std::vector<Voxel> voxels;
  const auto& size = region.grid.size;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        if (region.inside[region.grid.offset(x, y, z)] != 0) {
          voxels.push_back({x, y, z, region.intensities[voxels.size()]});
        }
      }
    }
  }
  return voxels;
}

bool touch(const Voxel& a, const Voxel& b) {
  const int d = std::max({std::abs(a.x - b.x), std::abs(a.y - b.y), std::abs(a.z - b.z)});
  return d == 1;
}

Counts counts_of(const std::vector<GreyLevelExtent>& matrix) {
  Counts counts;
  for (const auto& element : matrix) counts[{element.level, element.extent}] += element.count;
  return counts;
}

Region region_of(const ImageAndMask& image) { return crop_to_region(image.volume, image.mask); }

// City-block distance of a voxel to the nearest position that is not inside, the box's surroundings included.
int distance_to_outside(const Region& region, const Voxel& voxel, bool in_plane) {
  const auto& size = region.grid.size;
  int nearest = 1000;
  for (int z = -1; z <= size[2]; ++z) {
    if (in_plane && z != voxel.z) continue;
    for (int y = -1; y <= size[1]; ++y) {
      for (int x = -1; x <= size[0]; ++x) {
        const bool in_box = x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2];
        if (in_box && region.inside[region.grid.offset(x, y, z)] != 0) continue;
        nearest = std::min(nearest, std::abs(x - voxel.x) + std::abs(y - voxel.y) + std::abs(z - voxel.z));
      }
    }
  }
  return nearest;
}

class IbsiMatrices : public testing::TestWithParam<unsigned> {
 protected:
  // Few levels and a dense region make zones; the seed varies both.
  ImageAndMask image() const {
    return random_image({7, 6, 5}, 2 + static_cast<int>(GetParam() % 3), 0.6 + 0.1 * (GetParam() % 4),
                        GetParam());
  }
};

TEST_P(IbsiMatrices, BorderDistancesAreCityBlockDistances) {
  const Region region = region_of(image());
  const GreyLevelRegion levels = tests::grey_levels(image());
  for (const bool in_plane : {false, true}) {
    const auto distances = border_distances(region.inside, region.grid.size, in_plane);
    ASSERT_EQ(distances.size(), levels.levels.size());
    for (const Voxel& voxel : voxels_of(region)) {
      EXPECT_EQ(distances[levels.offset(voxel.x, voxel.y, voxel.z)],
                distance_to_outside(region, voxel, in_plane));
    }
  }
}

TEST_P(IbsiMatrices, DistanceZonesAreThoseOfConnectedVoxels) {
  const Region region = region_of(image());
  const GreyLevelRegion levels = tests::grey_levels(image());
  const std::vector<Voxel> voxels = voxels_of(region);
  const auto lowest = std::min_element(voxels.begin(), voxels.end(), [](const Voxel& a, const Voxel& b) {
                        return a.intensity < b.intensity;
                      })->intensity;
  // Zones: every voxel takes the lowest number among its equal neighbours until none changes.
  std::vector<std::size_t> zone(voxels.size());
  for (std::size_t i = 0; i < zone.size(); ++i) zone[i] = i;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < voxels.size(); ++i) {
      for (std::size_t j = 0; j < voxels.size(); ++j) {
        if (!touch(voxels[i], voxels[j]) || voxels[i].intensity != voxels[j].intensity) continue;
        if (zone[j] >= zone[i]) continue;
        zone[i] = zone[j];
        changed = true;
      }
    }
  }
  std::map<std::size_t, int> distance;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const int d = distance_to_outside(region, voxels[i], false);
    const auto [known, is_new] = distance.try_emplace(zone[i], d);
    known->second = std::min(known->second, d);
  }
  Counts expected;
  for (const auto& [number, d] : distance) {
    expected[{static_cast<int>(voxels[number].intensity - lowest) + 1, d}] += 1;
  }
  EXPECT_EQ(counts_of(distance_zone_matrix(levels, border_distances(region.inside, region.grid.size, false))),
            expected);
}

TEST_P(IbsiMatrices, DependencesCountEqualNeighbours) {
  const std::vector<Voxel> voxels = voxels_of(region_of(image()));
  const GreyLevelRegion levels = tests::grey_levels(image());
  Counts expected;
  for (const Voxel& voxel : voxels) {
    int dependence = 1;
    for (const Voxel& other : voxels) {
      if (touch(voxel, other) && other.intensity == voxel.intensity) ++dependence;
    }
    expected[{levels.levels[levels.offset(voxel.x, voxel.y, voxel.z)], dependence}] += 1;
  }
  Counts computed;
  for (const auto& [key, count] : counts_of(dependence_matrix(levels))) {
    const auto index = std::lower_bound(levels.grey_levels.begin(), levels.grey_levels.end(), key.first);
    computed[{static_cast<int>(index - levels.grey_levels.begin()) + 1, key.second}] = count;
  }
  EXPECT_EQ(computed, expected);
}

TEST_P(IbsiMatrices, ToneDifferencesLeaveIsolatedVoxelsOut) {
  const ImageAndMask sparse = random_image({8, 7, 6}, 4, 0.08, GetParam());
  const std::vector<Voxel> voxels = voxels_of(region_of(sparse));
  const GreyLevelRegion levels = tests::grey_levels(sparse);
  std::map<std::uint16_t, std::pair<double, double>> expected;  // voxels, differences
  for (const Voxel& voxel : voxels) {
    double sum = 0;
    int count = 0;
    for (const Voxel& other : voxels) {
      if (!touch(voxel, other)) continue;
      sum += other.intensity;
      ++count;
    }
    auto& [n, s] = expected[levels.levels[levels.offset(voxel.x, voxel.y, voxel.z)]];
    if (count == 0) continue;
    n += 1;
    s += std::abs(voxel.intensity - sum / count);
  }
  const ToneDifferences matrix = tone_differences_of(levels);
  for (const auto& [index, row] : expected) {
    EXPECT_EQ(matrix.voxels[index - std::size_t{1}], row.first);
    EXPECT_NEAR(matrix.differences[index - std::size_t{1}], row.second, 1e-12);
  }
}

TEST_P(IbsiMatrices, AutocorrelationSumsOverAllPairs) {
  ImageAndMask random = random_image({7, 6, 5}, 50, 0.5, GetParam());
  random.volume.grid.spacing = random.mask.grid.spacing = {0.7, 1.1, 2.5};
  const std::vector<Voxel> voxels = voxels_of(region_of(random));
  const auto n = static_cast<double>(voxels.size());
  double mean = 0;
  for (const Voxel& v : voxels) mean += v.intensity / n;
  double squares = 0;
  double weights = 0;
  double products = 0;
  double differences = 0;
  for (const Voxel& a : voxels) {
    squares += (a.intensity - mean) * (a.intensity - mean);
    for (const Voxel& b : voxels) {
      const double d = std::hypot(0.7 * (a.x - b.x), 1.1 * (a.y - b.y), 2.5 * (a.z - b.z));
      if (d == 0) continue;
      weights += 1 / d;
      products += (a.intensity - mean) * (b.intensity - mean) / d;
      differences += (a.intensity - b.intensity) * (a.intensity - b.intensity) / d;
    }
  }
  const SpatialAutocorrelation computed = spatial_autocorrelation(region_of(random));
  EXPECT_NEAR(computed.moran, n / weights * products / squares, 1e-12);
  EXPECT_NEAR(computed.geary, (n - 1) / (2 * weights) * differences / squares, 1e-12);
}

TEST_P(IbsiMatrices, TheHullHoldsAllVerticesAndItsFacetsTouchThem) {
  const Region region = region_of(random_image({9, 8, 7}, 2, 0.05 + 0.1 * (GetParam() % 5), GetParam()));
  const ConvexHull hull = convex_hull(region);
  for (const auto& triangle : hull.triangles) {
    const Vector3& a = hull.vertices[triangle[0]];
    const Vector3& b = hull.vertices[triangle[1]];
    const Vector3& c = hull.vertices[triangle[2]];
    const auto height = [&](const Vector3& p) {
      const Vector3 u{b[0] - a[0], b[1] - a[1], b[2] - a[2]};
      const Vector3 v{c[0] - a[0], c[1] - a[1], c[2] - a[2]};
      return (p[0] - a[0]) * (u[1] * v[2] - u[2] * v[1]) + (p[1] - a[1]) * (u[2] * v[0] - u[0] * v[2]) +
             (p[2] - a[2]) * (u[0] * v[1] - u[1] * v[0]);
    };
    for (const Voxel& voxel : voxels_of(region)) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        for (const double half : {-0.5, 0.5}) {
          Vector3 vertex{static_cast<double>(voxel.x), static_cast<double>(voxel.y),
                         static_cast<double>(voxel.z)};
          vertex[axis] += half;
          ASSERT_LE(height(vertex), 1e-9);
        }
      }
    }
  }
  // Euler: a closed surface of triangles has twice as many of them as corners, less 4.
  EXPECT_EQ(hull.triangles.size(), 2 * hull.vertices.size() - 4);
}

TEST_P(IbsiMatrices, LocalPeaksAreMeansInASphereOfOneMillilitre) {
  ImageAndMask random = random_image({12, 11, 9}, 40, 0.3, GetParam());
  random.volume.grid.spacing = random.mask.grid.spacing = {1.5, 2, 3};
  IbsiSettings settings;
  settings.families = {"loc"};
  const auto& grid = random.volume.grid;
  const double radius = std::cbrt(3000 / (4 * std::numbers::pi));
  double highest = -1;
  double local = -1;
  double global = -1;
  for (int z = 0; z < 9; ++z) {
    for (int y = 0; y < 11; ++y) {
      for (int x = 0; x < 12; ++x) {
        if (random.mask.voxels[grid.offset(x, y, z)] == 0) continue;
        double sum = 0;
        int count = 0;
        for (int w = 0; w < 9; ++w) {
          for (int v = 0; v < 11; ++v) {
            for (int u = 0; u < 12; ++u) {
              if (std::hypot(1.5 * (u - x), 2.0 * (v - y), 3.0 * (w - z)) > radius) continue;
              sum += random.volume.values[grid.offset(u, v, w)];
              ++count;
            }
          }
        }
        const double mean = sum / count;
        const double intensity = random.volume.values[grid.offset(x, y, z)];
        if (intensity > highest || (intensity == highest && mean > local)) local = mean;
        highest = std::max(highest, intensity);
        global = std::max(global, mean);
      }
    }
  }
  const FeatureVector features = extract_ibsi_features(random.volume, random.mask, settings);
  EXPECT_NEAR(features.at(0).value.value(), global, 1e-9);
  EXPECT_NEAR(features.at(1).value.value(), local, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(RandomRegions, IbsiMatrices, testing::Range(1U, 13U));

TEST(Extents, MergeAddsEqualElementsAndVoxels) {
  Extents extents{{{1, 1, 2}, {3, 2, 1}}, 5};
  extents.merge({{{1, 1, 4}, {2, 9, 1}}, 7});
  EXPECT_EQ(counts_of(extents.elements), (Counts{{{1, 1}, 6}, {{2, 9}, 1}, {{3, 2}, 1}}));
  EXPECT_EQ(extents.elements.size(), 3U);
  EXPECT_EQ(extents.voxels, 12);
}

double binomial(int n, int k) { return k == 0 ? 1 : binomial(n, k - 1) * (n - k + 1) / k; }

// P_n(x) = 2^-n sum over k of C(n, k)^2 (x - 1)^(n - k) (x + 1)^k
double legendre(int n, double x) {
  double sum = 0;
  for (int k = 0; k <= n; ++k)
    sum += std::pow(binomial(n, k), 2) * std::pow(x - 1, n - k) * std::pow(x + 1, k);
  return sum * std::pow(2, -n);
}

TEST(EnclosingShapes, AnEllipsoidHasTheAreaOfIbsisSeries) {
  EXPECT_NEAR(ellipsoid_of({3, 3, 3}).area, 36 * std::numbers::pi, 1e-9);
  const double a = 5;
  const double b = 4;
  const double c = 2.5;
  const double alpha = std::sqrt(1 - b * b / (a * a));
  const double beta = std::sqrt(1 - c * c / (a * a));
  double sum = 0;
  for (int nu = 0; nu <= 20; ++nu) {
    sum += std::pow(alpha * beta, nu) / (1 - 4.0 * nu * nu) *
           legendre(nu, (alpha * alpha + beta * beta) / (2 * alpha * beta));
  }
  EXPECT_NEAR(ellipsoid_of({b, c, a}).area, 4 * std::numbers::pi * a * b * sum, 1e-9);
  EXPECT_NEAR(ellipsoid_of({b, c, a}).volume, 4.0 / 3 * std::numbers::pi * a * b * c, 1e-9);
}

TEST(EnclosingShapes, OfOneVoxelAreThoseOfItsOctahedron) {
  const Region voxel = region_of(tests::image_of({1, 1, 1}, {7}));
  const ConvexHull hull = convex_hull(voxel);
  EXPECT_EQ(hull.vertices.size(), 6U);
  EXPECT_NEAR(hull.volume, 1.0 / 6, 1e-12);
  EXPECT_NEAR(hull.area, std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(minimum_volume_enclosing_ellipsoid(hull).volume, std::numbers::pi / 6, 1e-5);
}

// A long block of voxels turned by 45 degrees: a box along the axes is far too large for it.
TEST(EnclosingShapes, TheOrientedBoxFollowsTheRegion) {
  const std::array<int, 3> size{24, 24, 3};
  std::vector<std::uint8_t> inside;
  for (int i = 0; i < size[0] * size[1] * size[2]; ++i) {
    const int x = i % 24;
    const int y = i / 24 % 24;
    inside.push_back(std::abs(x - y) <= 2 && x + y >= 6 && x + y <= 40 ? 1 : 0);
  }
  const Region region = region_of(tests::image_of(size, std::vector<float>(inside.size(), 1), inside));
  const ConvexHull hull = convex_hull(region);
  const double box = oriented_bounding_box(hull).volume;
  EXPECT_GE(box, hull.volume);
  EXPECT_LE(box, 1.35 * hull.volume);
  const auto& s = region.grid.size;
  EXPECT_LE(box, 0.5 * s[0] * s[1] * s[2]);
}

TEST(EnclosingShapes, TheMinimumEllipsoidLiesBetweenTheHullAndItsBox) {
  for (unsigned seed = 1; seed < 6; ++seed) {
    const Region region = region_of(random_image({9, 8, 7}, 2, 0.2, seed));
    const ConvexHull hull = convex_hull(region);
    const Enclosure ellipsoid = minimum_volume_enclosing_ellipsoid(hull);
    // John: the ellipsoid of least volume, shrunk to a third, lies within the hull.
    EXPECT_GE(ellipsoid.volume, hull.volume);
    EXPECT_LE(ellipsoid.volume, 27 * hull.volume);
    // The ellipsoid around the box of least volume is one that holds the hull.
    const double around_box = oriented_bounding_box(hull).volume * std::numbers::pi / 6 * std::pow(3.0, 1.5);
    EXPECT_LE(ellipsoid.volume, around_box);
  }
}

}  // namespace
}  // namespace glisson::engine
