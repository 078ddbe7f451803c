#include "engine/geometry/derived_regions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <stdexcept>

#include "engine/geometry/connected_components.hpp"

namespace glisson::engine {
namespace {

Mask mask_where(const Grid& grid, const std::function<bool(int, int, int)>& inside) {
  Mask mask{grid, {}};
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) mask.voxels.push_back(inside(x, y, z) ? 1 : 0);
    }
  }
  return mask;
}

Volume flat_image(const Grid& grid, float value = 60) {
  return {grid, std::vector<float>(grid.voxel_count(), value)};
}

/// A ball of `radius` mm around the middle voxel.
Mask ball(const Grid& grid, double radius) {
  return mask_where(grid, [&](int x, int y, int z) {
    const std::array index{x, y, z};
    double square = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double mm = (index[axis] - grid.size[axis] / 2) * grid.spacing[axis];
      square += mm * mm;
    }
    return square <= radius * radius;
  });
}

double volume_of(const Mask& mask) { return static_cast<double>(mask.count()) * mask.grid.voxel_volume(); }

double ball_volume(double radius) { return 4.0 / 3 * std::numbers::pi * radius * radius * radius; }

DerivedRegion derive(const RegionDerivation& derivation, const Mask& lesion) {
  const Mask liver{lesion.grid, std::vector<std::uint8_t>(lesion.voxels.size(), 1)};
  return derive_region(derivation, {{&lesion}, {&liver}, {}}, 0, flat_image(lesion.grid));
}

// Lattice points up to 3 from a point, without it: 122 (OEIS A000605 counts 123 with it).
TEST(PeritumoralRing, OfOneVoxelHasTheLatticePointsOfABall) {
  const Grid grid{.size = {11, 11, 11}};
  const Mask point = ball(grid, 0.5);
  ASSERT_EQ(point.count(), 1U);
  EXPECT_EQ(derive(PeritumoralRing{3}, point).mask.count(), 122U);
  EXPECT_EQ(derive(TumourWithRing{3}, point).mask.count(), 123U);
}

TEST(PeritumoralRing, CountsVoxelsAtJustItsWidth) {
  // 30 * 0.1 is more than 3 in binary.
  const Grid grid{.size = {101, 1, 1}, .spacing = {0.1, 1, 1}};
  const Mask point = mask_where(grid, [](int x, int, int) { return x == 50; });
  EXPECT_EQ(derive(PeritumoralRing{3}, point).mask.count(), 60U);
}

TEST(PeritumoralRing, IsMeasuredInMillimetresOnAnisotropicVoxels) {
  const Grid grid{.size = {21, 21, 5}, .spacing = {0.5, 1, 5}};
  const Mask point = ball(grid, 0.4);
  const Mask ring = derive(PeritumoralRing{3}, point).mask;
  const auto has = [&](int x, int y, int z) { return ring.voxels[grid.offset(x, y, z)] != 0; };
  EXPECT_TRUE(has(10 + 6, 10, 2));
  EXPECT_FALSE(has(10 + 7, 10, 2));
  EXPECT_TRUE(has(10, 10 + 3, 2));
  EXPECT_FALSE(has(10, 10 + 4, 2));
  EXPECT_FALSE(has(10, 10, 3)) << "the next slice is 5 mm away";
  EXPECT_TRUE(derive(PeritumoralRing{5}, point).mask.voxels[grid.offset(10, 10, 3)] != 0);
}

class Shells : public testing::TestWithParam<Vector3> {};

// Voxel centres sample the ball, so that volumes agree with the analytic ones to a part of a voxel's width.
TEST_P(Shells, OfABallHaveTheVolumesOfGeometry) {
  const Vector3 spacing = GetParam();
  Grid grid;
  grid.spacing = spacing;
  for (std::size_t axis = 0; axis < 3; ++axis) grid.size[axis] = static_cast<int>(36 / spacing[axis]) | 1;
  const Mask lesion = ball(grid, 10);
  for (const double width : {3.0, 5.0}) {
    EXPECT_NEAR(
        volume_of(derive(PeritumoralRing{width}, lesion).mask) / (ball_volume(10 + width) - ball_volume(10)),
        1, 0.08)
        << width;
    EXPECT_NEAR(volume_of(derive(InnerRim{width}, lesion).mask) / (ball_volume(10) - ball_volume(10 - width)),
                1, 0.08)
        << width;
    EXPECT_NEAR(volume_of(derive(TumourWithRing{width}, lesion).mask) / ball_volume(10 + width), 1, 0.05)
        << width;
  }
}

INSTANTIATE_TEST_SUITE_P(Spacings, Shells,
                         testing::Values(Vector3{0.4, 0.4, 0.4}, Vector3{0.4, 0.4, 0.8},
                                         Vector3{0.8, 0.3, 0.5}));

TEST(PeritumoralRing, StaysInsideTheLiverAndOutsideLesionsAndVessels) {
  const Grid grid{.size = {15, 15, 15}};
  const Mask lesion = ball(grid, 2);
  const Mask neighbour = mask_where(grid, [](int x, int, int) { return x == 11; });
  const Mask vessel = mask_where(grid, [](int, int y, int) { return y == 4; });
  const Mask liver = mask_where(grid, [](int, int, int z) { return z <= 9; });
  const auto ring =
      derive_region(PeritumoralRing{5}, {{&neighbour, &lesion}, {&liver}, {&vessel}}, 1, flat_image(grid));
  const Mask free = derive(PeritumoralRing{5}, lesion).mask;
  const Mask expected = mask_where(grid, [&](int x, int y, int z) {
    return free.voxels[grid.offset(x, y, z)] != 0 && x != 11 && y != 4 && z <= 9;
  });
  EXPECT_EQ(ring.mask.voxels, expected.voxels);
  EXPECT_LT(expected.count(), free.count());
  EXPECT_FALSE(ring.reason);
}

TEST(PeritumoralRing, IsCutWhereTheImageEnds) {
  const Grid grid{.size = {5, 5, 5}};
  const Mask corner = mask_where(grid, [](int x, int y, int z) { return x + y + z == 0; });
  EXPECT_EQ(derive(PeritumoralRing{1}, corner).mask.count(), 3U);
  EXPECT_EQ(derive(PeritumoralRing{1e6}, corner).mask.count(), 124U);
}

TEST(TumourWithRing, IsTheDisjointUnionOfBoth) {
  const Grid grid{.size = {21, 21, 9}, .spacing = {0.8, 0.8, 2.5}};
  const Mask lesion = ball(grid, 4);
  const Mask ring = derive(PeritumoralRing{3}, lesion).mask;
  const Mask both = derive(TumourWithRing{3}, lesion).mask;
  for (std::size_t i = 0; i < both.voxels.size(); ++i) {
    ASSERT_EQ(both.voxels[i], ring.voxels[i] + lesion.voxels[i]);
  }
}

TEST(InnerRim, OfABoxIsItsOutermostLayer) {
  const Grid grid{.size = {9, 9, 9}, .spacing = {2, 2, 2}};
  const Mask box = mask_where(grid, [](int x, int y, int z) {
    return std::min({x, y, z}) >= 1 && std::max({x, y, z}) <= 7;
  });
  EXPECT_EQ(derive(InnerRim{2}, box).mask.count(), std::size_t{7 * 7 * 7 - 5 * 5 * 5});
  EXPECT_EQ(derive(InnerRim{4}, box).mask.count(), std::size_t{7 * 7 * 7 - 3 * 3 * 3});
  EXPECT_EQ(derive(InnerRim{100}, box).mask.voxels, box.voxels);
}

TEST(InnerRim, IsNotWhereTheImageEnds) {
  const Grid grid{.size = {9, 1, 1}};
  const Mask half = mask_where(grid, [](int x, int, int) { return x < 5; });
  const Mask rim = derive(InnerRim{1}, half).mask;
  EXPECT_EQ(rim.count(), 1U);
  EXPECT_EQ(rim.voxels[4], 1);
}

TEST(NecroticCore, IsTheLargestComponentBelowTheThresholdOrAll) {
  const Grid grid{.size = {12, 3, 3}};
  const Mask lesion = mask_where(grid, [](int x, int, int) { return x < 11; });
  Volume image = flat_image(grid);
  // Two voxels that touch at a corner, a part of three further away, one outside the lesion, one just at 20.
  for (const auto& [x, y, z] :
       {std::array{1, 0, 0}, {2, 1, 1}, {5, 0, 0}, {6, 0, 0}, {7, 0, 0}, {11, 0, 0}}) {
    image.values[grid.offset(x, y, z)] = 10;
  }
  image.values[grid.offset(9, 1, 1)] = 20;
  const SegmentedAnatomy anatomy{{&lesion}, {}, {}};
  const auto largest = derive_region(NecroticCore{20, CoreParts::largest}, anatomy, 0, image);
  EXPECT_EQ(largest.mask.voxels, mask_where(grid, [](int x, int y, int z) {
                                   return y == 0 && z == 0 && x >= 5 && x <= 7;
                                 }).voxels);
  EXPECT_EQ(derive_region(NecroticCore{20, CoreParts::all}, anatomy, 0, image).mask.count(), 5U);
}

TEST(LargestComponent, IsTheFirstOfEqualOnes) {
  const Grid grid{.size = {7, 1, 1}};
  const Mask parts = mask_where(grid, [](int x, int, int) { return x != 2 && x < 5; });
  const Mask first = largest_component(parts);
  EXPECT_EQ(first.voxels, (std::vector<std::uint8_t>{1, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(largest_component(Mask{grid, std::vector<std::uint8_t>(7)}).count(), 0U);
}

TEST(LesionGroups, AreTheLargestAndTheUnion) {
  const Grid grid{.size = {20, 3, 3}};
  const Mask small = mask_where(grid, [](int x, int, int) { return x < 2; });
  const Mask large = mask_where(grid, [](int x, int, int) { return x > 10; });
  const Mask overlapping = mask_where(grid, [](int x, int, int) { return x == 1 || x == 2; });
  const SegmentedAnatomy anatomy{{&small, &large, &overlapping}, {}, {}};
  EXPECT_EQ(derive_region(LargestLesion{}, anatomy, 0, flat_image(grid)).mask.voxels, large.voxels);
  EXPECT_EQ(derive_region(AllLesions{}, anatomy, 0, flat_image(grid)).mask.count(), 9U * (3 + 9));
}

TEST(DerivedRegions, SayWhyTheyHaveNoVoxel) {
  const Grid grid{.size = {7, 7, 3}, .spacing = {1, 1, 5}};
  const Mask lesion = ball(grid, 1);
  const Mask none{grid, std::vector<std::uint8_t>(grid.voxel_count())};
  const Mask all = mask_where(grid, [](int, int, int) { return true; });
  const Volume image = flat_image(grid);
  const auto reason = [&](const RegionDerivation& derivation, const SegmentedAnatomy& anatomy) {
    const auto region = derive_region(derivation, anatomy, 0, image);
    EXPECT_EQ(region.mask.count(), 0U);
    EXPECT_EQ(region.mask.grid, grid);
    return region.reason;
  };
  EXPECT_EQ(reason(PeritumoralRing{2}, {{&lesion}, {}, {}}), NoRegionReason::no_liver);
  EXPECT_EQ(reason(TumourWithRing{2}, {{&lesion}, {}, {}}), NoRegionReason::no_liver);
  EXPECT_EQ(reason(PeritumoralRing{0.5}, {{&lesion}, {&all}, {}}), NoRegionReason::nothing_within_width);
  EXPECT_EQ(reason(PeritumoralRing{2}, {{&lesion}, {&none}, {}}), NoRegionReason::nothing_inside_liver);
  EXPECT_EQ(reason(PeritumoralRing{2}, {{&lesion}, {&all}, {&all}}), NoRegionReason::only_lesions_or_vessels);
  EXPECT_EQ(reason(PeritumoralRing{2}, {{&none}, {}, {}}), NoRegionReason::no_lesion);
  EXPECT_EQ(reason(InnerRim{2}, {{&all}, {}, {}}), NoRegionReason::nothing_within_width);
  EXPECT_EQ(reason(NecroticCore{60}, {{&lesion}, {}, {}}), NoRegionReason::nothing_below_threshold);
  EXPECT_EQ(reason(LargestLesion{}, {{}, {}, {}}), NoRegionReason::no_lesion);
  EXPECT_EQ(reason(AllLesions{}, {{&none}, {}, {}}), NoRegionReason::no_lesion);
}

TEST(DerivedRegions, RefuseMasksOfAnotherGridAndWidthsThatAreNone) {
  const Grid grid{.size = {3, 3, 3}};
  const Mask lesion = ball(grid, 1);
  const Mask other = ball(Grid{.size = {3, 3, 4}}, 1);
  EXPECT_THROW(derive_region(AllLesions{}, {{&other}, {}, {}}, 0, flat_image(grid)), std::logic_error);
  EXPECT_THROW(derive_region(InnerRim{1}, {{&lesion}, {&other}, {}}, 0, flat_image(grid)), std::logic_error);
  EXPECT_THROW(derive_region(InnerRim{1}, {{&lesion}, {}, {}}, 1, flat_image(grid)), std::logic_error);
  EXPECT_THROW(derive(InnerRim{0}, lesion), std::logic_error);
  EXPECT_THROW(derive(PeritumoralRing{std::nan("")}, lesion), std::logic_error);
}

TEST(RegionNames, SayWhatTheRegionIs) {
  EXPECT_EQ(region_name(PeritumoralRing{3}), "peritumoral-ring-3mm");
  EXPECT_EQ(region_name(InnerRim{2.5}), "inner-rim-2.5mm");
  EXPECT_EQ(region_name(TumourWithRing{10}), "tumour-with-ring-10mm");
  EXPECT_EQ(region_name(NecroticCore{20}), "necrotic-core-below-20");
  EXPECT_EQ(region_name(NecroticCore{-5.5, CoreParts::all}), "necrotic-core-below--5.5-all");
  EXPECT_EQ(region_name(LargestLesion{}), "largest-lesion");
  EXPECT_EQ(region_name(AllLesions{}), "all-lesions");
  EXPECT_EQ(region_title(PeritumoralRing{3}), "Peritumoral ring of 3 mm");
  EXPECT_TRUE(is_of_each_lesion(NecroticCore{20}));
  EXPECT_FALSE(is_of_each_lesion(AllLesions{}));
}

}  // namespace
}  // namespace glisson::engine
