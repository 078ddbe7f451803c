// What must not change when the patient lies differently in the image, or is larger.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "engine/geometry/derived_regions.hpp"

namespace glisson::engine {
namespace {

struct Scene {
  Volume image;
  std::vector<Mask> lesions;
  Mask liver;
  Mask vessel;

  SegmentedAnatomy anatomy() const {
    SegmentedAnatomy anatomy{{}, {&liver}, {&vessel}};
    for (const Mask& lesion : lesions) anatomy.lesions.push_back(&lesion);
    return anatomy;
  }
};

const std::vector<RegionDerivation> derivations{PeritumoralRing{3}, PeritumoralRing{5},
                                                InnerRim{2},        TumourWithRing{4},
                                                NecroticCore{40},   NecroticCore{40, CoreParts::all},
                                                LargestLesion{},    AllLesions{}};

/// Two blobs of random radii in an image of random intensities on anisotropic voxels.
Scene random_scene(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> intensity(0, 120);
  std::uniform_real_distribution<double> radius(2, 5);
  const Grid grid{.size = {19, 17, 11}, .spacing = {0.75, 0.75, 2}};
  Scene scene{{grid, {}}, {}, {grid, {}}, {grid, {}}};
  const std::array<double, 6> radii{radius(random), radius(random), radius(random),
                                    radius(random), radius(random), radius(random)};
  scene.lesions.assign(2, Mask{grid, {}});
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        scene.image.values.push_back(intensity(random));
        for (std::size_t i = 0; i < 2; ++i) {
          const double u = (x - (i == 0 ? 6 : 13)) * 0.75 / radii[3 * i];
          const double v = (y - (i == 0 ? 6 : 10)) * 0.75 / radii[3 * i + 1];
          const double w = (z - (i == 0 ? 4 : 6)) * 2 / radii[3 * i + 2];
          scene.lesions[i].voxels.push_back(u * u + v * v + w * w <= 1 ? 1 : 0);
        }
        scene.liver.voxels.push_back(x > 1 && y < 15 ? 1 : 0);
        scene.vessel.voxels.push_back(x + y == 19 ? 1 : 0);
      }
    }
  }
  return scene;
}

/// The image turned so that its axes (x, y, z) become axes (order[0], order[1], order[2]), each with its
/// spacing; those of `mirrored` run the other way.
struct Turn {
  std::array<std::size_t, 3> order;
  std::array<bool, 3> mirrored;

  Grid turned(const Grid& grid) const {
    Grid result;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      result.size[order[axis]] = grid.size[axis];
      result.spacing[order[axis]] = grid.spacing[axis];
    }
    return result;
  }
  template <typename Value>
  std::vector<Value> turned(const Grid& grid, const std::vector<Value>& values) const {
    const Grid to = turned(grid);
    std::vector<Value> result(values.size());
    for (int z = 0; z < grid.size[2]; ++z) {
      for (int y = 0; y < grid.size[1]; ++y) {
        for (int x = 0; x < grid.size[0]; ++x) {
          const std::array from{x, y, z};
          std::array<int, 3> index{};
          for (std::size_t axis = 0; axis < 3; ++axis) {
            index[order[axis]] = mirrored[axis] ? grid.size[axis] - 1 - from[axis] : from[axis];
          }
          result[to.offset(index[0], index[1], index[2])] = values[grid.offset(x, y, z)];
        }
      }
    }
    return result;
  }
  Mask turned(const Mask& mask) const { return {turned(mask.grid), turned(mask.grid, mask.voxels)}; }
  Scene turned(const Scene& scene) const {
    Scene result{{turned(scene.image.grid), turned(scene.image.grid, scene.image.values)},
                 {},
                 turned(scene.liver),
                 turned(scene.vessel)};
    for (const Mask& lesion : scene.lesions) result.lesions.push_back(turned(lesion));
    return result;
  }
};

TEST(DerivedRegionInvariants, TurningTheImageTurnsTheRegion) {
  const std::vector<Turn> turns{{{1, 0, 2}, {true, false, false}},   // 90 degrees about z
                                {{0, 2, 1}, {false, true, false}},   // 90 degrees about x
                                {{2, 1, 0}, {false, false, true}},   // 90 degrees about y
                                {{0, 1, 2}, {true, false, false}}};  // mirrored
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const Scene scene = random_scene(seed);
    for (const Turn& turn : turns) {
      const Scene turned = turn.turned(scene);
      for (const RegionDerivation& derivation : derivations) {
        const auto region = derive_region(derivation, scene.anatomy(), 1, scene.image);
        const auto of_turned = derive_region(derivation, turned.anatomy(), 1, turned.image);
        EXPECT_EQ(of_turned.mask.voxels, turn.turned(region.mask).voxels)
            << region_name(derivation) << ", seed " << seed;
        EXPECT_EQ(of_turned.reason, region.reason);
      }
    }
  }
}

TEST(DerivedRegionInvariants, ScalingSpacingAndWidthTogetherChangesNothing) {
  for (const double factor : {0.5, 1.7, 10.0}) {
    const Scene scene = random_scene(7);
    Scene scaled = scene;
    for (double& mm : scaled.image.grid.spacing) mm *= factor;
    for (Mask* mask : {&scaled.lesions[0], &scaled.lesions[1], &scaled.liver, &scaled.vessel}) {
      mask->grid = scaled.image.grid;
    }
    EXPECT_EQ(derive_region(PeritumoralRing{3 * factor}, scaled.anatomy(), 0, scaled.image).mask.voxels,
              derive_region(PeritumoralRing{3}, scene.anatomy(), 0, scene.image).mask.voxels);
    EXPECT_EQ(derive_region(InnerRim{2 * factor}, scaled.anatomy(), 0, scaled.image).mask.voxels,
              derive_region(InnerRim{2}, scene.anatomy(), 0, scene.image).mask.voxels);
  }
}

TEST(DerivedRegionInvariants, AWiderRingHoldsANarrowerOne) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const Scene scene = random_scene(seed);
    const auto narrow = derive_region(PeritumoralRing{3}, scene.anatomy(), 0, scene.image).mask;
    const auto wide = derive_region(PeritumoralRing{5}, scene.anatomy(), 0, scene.image).mask;
    EXPECT_LT(narrow.count(), wide.count());
    EXPECT_TRUE(std::equal(narrow.voxels.begin(), narrow.voxels.end(), wide.voxels.begin(),
                           [](auto inner, auto outer) { return inner <= outer; }));
  }
}

}  // namespace
}  // namespace glisson::engine
