// What must not change when the patient lies differently in the image. Triangles of the surface mesh are cut
// along diagonals that a mirror or a turn moves, so that features of the mesh's area and volume agree within
// 1 %; all others agree to rounding.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "engine/extraction.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using Values = std::map<std::string, double>;
using tests::ImageAndMask;
using tests::rearranged;
using tests::textured_ellipsoid;

Values values_of(const ImageAndMask& image, double bin_width = 25) {
  PyRadiomicsSettings settings;
  settings.bin_width = bin_width;
  for (const std::string_view name : feature_classes()) settings.feature_classes.emplace_back(name);
  Values values;
  for (const Feature& feature : extract_pyradiomics_features(image.volume, image.mask, settings)) {
    EXPECT_TRUE(feature.value) << feature.name;
    values[feature.name] = feature.value.value_or(0);
  }
  return values;
}

const std::set<std::string> mesh_features{"original_shape_MeshVolume", "original_shape_SurfaceArea",
                                          "original_shape_SurfaceVolumeRatio", "original_shape_Sphericity"};

void expect_same(const Values& expected, const Values& actual, double mesh_tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, value] : expected) {
    const double tolerance = mesh_features.contains(name) ? mesh_tolerance : 1e-9;
    EXPECT_NEAR(actual.at(name), value, tolerance * std::max(1.0, std::abs(value))) << name;
  }
}

TEST(FeatureInvariants, ThePlaceInTheImageDoesNotMatter) {
  const ImageAndMask image = textured_ellipsoid();
  Grid grid = image.volume.grid;
  grid.size = {16, 14, 10};  // cuts away what is outside the region
  grid.origin = {-200, 31, 1000};
  expect_same(values_of(image),
              values_of(rearranged(image, grid,
                                   [](int x, int y, int z) {
                                     return std::array{x + 2, y + 2, z + 2};
                                   })),
              1e-9);
}

TEST(FeatureInvariants, IntensitiesOutsideTheRegionDoNotMatter) {
  const ImageAndMask image = textured_ellipsoid();
  ImageAndMask changed = image;
  for (std::size_t i = 0; i < changed.mask.voxels.size(); ++i) {
    if (changed.mask.voxels[i] == 0) changed.volume.values[i] = -3000;
  }
  expect_same(values_of(image), values_of(changed), 1e-9);
}

TEST(FeatureInvariants, MirrorsDoNotMatter) {
  const ImageAndMask image = textured_ellipsoid();
  const Grid& grid = image.volume.grid;
  const Values expected = values_of(image);
  const auto [nx, ny, nz] = grid.size;
  const auto mirrored_x = rearranged(image, grid, [nx = nx](int x, int y, int z) {
    return std::array{nx - 1 - x, y, z};
  });
  const auto mirrored_y = rearranged(image, grid, [ny = ny](int x, int y, int z) {
    return std::array{x, ny - 1 - y, z};
  });
  const auto mirrored_z = rearranged(image, grid, [nz = nz](int x, int y, int z) {
    return std::array{x, y, nz - 1 - z};
  });
  expect_same(expected, values_of(mirrored_x), 0.01);
  expect_same(expected, values_of(mirrored_y), 0.01);
  expect_same(expected, values_of(mirrored_z), 0.01);
}

TEST(FeatureInvariants, AQuarterTurnInPlaneSwapsOnlyRowAndColumnDiameter) {
  const ImageAndMask image = textured_ellipsoid();
  Grid grid = image.volume.grid;
  std::swap(grid.size[0], grid.size[1]);
  const int last = image.volume.grid.size[0] - 1;
  const Values turned = values_of(rearranged(image, grid, [last](int x, int y, int z) {
    return std::array{last - y, x, z};
  }));
  Values expected = values_of(image);
  std::swap(expected["original_shape_Maximum2DDiameterRow"],
            expected["original_shape_Maximum2DDiameterColumn"]);
  expect_same(expected, turned, 0.01);
}

TEST(FeatureInvariants, ExchangingAllAxesExchangesThePlanarDiameters) {
  const ImageAndMask image = textured_ellipsoid();
  Grid grid = image.volume.grid;  // x, y, z become y, z, x
  grid.size = {image.volume.grid.size[1], image.volume.grid.size[2], image.volume.grid.size[0]};
  grid.spacing = {image.volume.grid.spacing[1], image.volume.grid.spacing[2], image.volume.grid.spacing[0]};
  const Values turned = values_of(rearranged(image, grid, [](int x, int y, int z) {
    return std::array{z, x, y};
  }));
  Values expected = values_of(image);
  const Values original = expected;
  expected["original_shape_Maximum2DDiameterRow"] = original.at("original_shape_Maximum2DDiameterColumn");
  expected["original_shape_Maximum2DDiameterColumn"] = original.at("original_shape_Maximum2DDiameterSlice");
  expected["original_shape_Maximum2DDiameterSlice"] = original.at("original_shape_Maximum2DDiameterRow");
  expect_same(expected, turned, 0.01);
}

// Bins keep their edges relative to the intensities when these move by whole bins.
TEST(FeatureInvariants, TextureDoesNotMindIntensitiesMovedByWholeBins) {
  const ImageAndMask image = textured_ellipsoid();
  ImageAndMask brighter = image;
  for (float& value : brighter.volume.values) value += 250;
  const Values expected = values_of(image);
  for (const auto& [name, value] : values_of(brighter)) {
    const bool moved = name.starts_with("original_firstorder_");
    if (moved) continue;
    EXPECT_NEAR(value, expected.at(name), 1e-9 * std::max(1.0, std::abs(value))) << name;
  }
  for (const char* name : {"Variance", "Skewness", "Kurtosis", "Entropy", "Range", "MeanAbsoluteDeviation"}) {
    const std::string full = std::string("original_firstorder_") + name;
    EXPECT_NEAR(values_of(brighter).at(full), expected.at(full), 1e-9 * std::max(1.0, expected.at(full)))
        << name;
  }
  EXPECT_NEAR(values_of(brighter).at("original_firstorder_Mean"),
              expected.at("original_firstorder_Mean") + 250, 1e-9);
}

TEST(FeatureInvariants, ALargerVoxelMakesEverythingLargerAndNothingRougher) {
  const ImageAndMask image = textured_ellipsoid();
  ImageAndMask enlarged = image;
  for (double& spacing : enlarged.volume.grid.spacing) spacing *= 2;
  enlarged.mask.grid = enlarged.volume.grid;
  const Values expected = values_of(image);
  const std::map<std::string, double> factors{
      {"MeshVolume", 8}, {"VoxelVolume", 8},     {"SurfaceArea", 4},
      {"Sphericity", 1}, {"Elongation", 1},      {"Maximum3DDiameter", 2},
      {"Flatness", 1},   {"MajorAxisLength", 2}, {"SurfaceVolumeRatio", 0.5}};
  const Values actual = values_of(enlarged);
  for (const auto& [name, factor] : factors) {
    const double value = expected.at("original_shape_" + name);
    EXPECT_NEAR(actual.at("original_shape_" + name), factor * value, 1e-9 * value * factor) << name;
  }
}

}  // namespace
}  // namespace glisson::engine
