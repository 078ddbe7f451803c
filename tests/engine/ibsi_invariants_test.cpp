// What must not change under IBSI's convention, or changes exactly as the definition says. Triangles of the
// surface mesh are cut along diagonals that a mirror or a turn moves: features of the mesh's area and volume
// agree within 1 %.

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <map>
#include <string>

#include "engine/features/ibsi_extraction.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::ImageAndMask;
using tests::rearranged;
using tests::textured_ellipsoid;
using Values = std::map<std::string, double>;

const std::vector<Aggregation> all_aggregations{Aggregation::slices_averaged,   Aggregation::slices_merged,
                                                Aggregation::directions_merged, Aggregation::merged,
                                                Aggregation::volume_averaged,   Aggregation::volume_merged};

IbsiSettings fixed_bin_number() {
  IbsiSettings settings;
  settings.discretisation = FixedBinNumber{12};
  settings.ivh_discretisation = FixedBinNumber{100};
  settings.aggregations = all_aggregations;
  return settings;
}

Values values_of(const ImageAndMask& image, const IbsiSettings& settings = fixed_bin_number()) {
  Values values;
  for (const Feature& feature : extract_ibsi_features(image.volume, image.mask, settings)) {
    EXPECT_TRUE(feature.value) << feature.name;
    values[feature.name] = feature.value.value_or(0);
  }
  return values;
}

bool is_of_family(const std::string& name, const std::string& family) {
  return name.rfind(family + "_", 0) == 0;
}

bool is_of_mesh(const std::string& name) {
  return is_of_family(name, "morph") && name != "morph_vol_approx" && name != "morph_com" &&
         name != "morph_diam" && name.find("pca") == std::string::npos && name != "morph_moran_i" &&
         name != "morph_geary_c";
}

bool is_of_slices(const std::string& name) {
  return name.find("_2D") != std::string::npos || name.find("_2_5D") != std::string::npos;
}

void expect_near(const std::string& name, double actual, double expected, double tolerance) {
  EXPECT_NEAR(actual, expected, tolerance * std::max(1.0, std::abs(expected))) << name;
}

template <typename Skip>
void expect_same(const Values& expected, const Values& actual, double mesh_tolerance, Skip skip) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, value] : expected) {
    if (!skip(name)) expect_near(name, actual.at(name), value, is_of_mesh(name) ? mesh_tolerance : 1e-9);
  }
}

bool none(const std::string&) { return false; }

TEST(IbsiInvariants, ThePlaceInTheImageMattersToLocalPeaksOnly) {
  const ImageAndMask image = textured_ellipsoid();
  Grid grid = image.volume.grid;
  grid.size = {16, 14, 10};  // cuts away what is outside the region
  grid.origin = {-200, 31, 1000};
  const auto cropped = rearranged(image, grid, [](int x, int y, int z) {
    return std::array{x + 2, y + 2, z + 2};
  });
  expect_same(values_of(image), values_of(cropped), 1e-9,
              [](const std::string& name) { return is_of_family(name, "loc"); });
}

TEST(IbsiInvariants, MirrorsDoNotMatter) {
  const ImageAndMask image = textured_ellipsoid();
  const Grid& grid = image.volume.grid;
  const Values expected = values_of(image);
  const auto [nx, ny, nz] = grid.size;
  expect_same(expected,
              values_of(rearranged(image, grid,
                                   [nx = nx](int x, int y, int z) {
                                     return std::array{nx - 1 - x, y, z};
                                   })),
              0.01, none);
  expect_same(expected,
              values_of(rearranged(image, grid,
                                   [ny = ny](int x, int y, int z) {
                                     return std::array{x, ny - 1 - y, z};
                                   })),
              0.01, none);
  expect_same(expected,
              values_of(rearranged(image, grid,
                                   [nz = nz](int x, int y, int z) {
                                     return std::array{x, y, nz - 1 - z};
                                   })),
              0.01, none);
}

TEST(IbsiInvariants, AQuarterTurnInPlaneDoesNotMatter) {
  const ImageAndMask image = textured_ellipsoid();
  Grid grid = image.volume.grid;
  std::swap(grid.size[0], grid.size[1]);
  const int last = image.volume.grid.size[0] - 1;
  const auto turned = rearranged(image, grid, [last](int x, int y, int z) {
    return std::array{last - y, x, z};
  });
  expect_same(values_of(image), values_of(turned), 0.01, none);
}

TEST(IbsiInvariants, ExchangingAllAxesMattersToSlicesOnly) {
  const ImageAndMask image = textured_ellipsoid();
  Grid grid = image.volume.grid;  // x, y, z become y, z, x
  grid.size = {image.volume.grid.size[1], image.volume.grid.size[2], image.volume.grid.size[0]};
  grid.spacing = {image.volume.grid.spacing[1], image.volume.grid.spacing[2], image.volume.grid.spacing[0]};
  const auto turned = rearranged(image, grid, [](int x, int y, int z) { return std::array{z, x, y}; });
  expect_same(values_of(image), values_of(turned), 0.01, is_of_slices);
}

TEST(IbsiInvariants, ShiftedIntensitiesMoveOnlyWhatTheyMustMove) {
  const ImageAndMask image = textured_ellipsoid();
  ImageAndMask shifted = image;
  for (float& x : shifted.volume.values) x += 512;
  const Values before = values_of(image);
  const Values after = values_of(shifted);
  for (const char* moved : {"stat_mean", "stat_median", "stat_min", "stat_max", "stat_p10", "stat_p90",
                            "loc_peak_loc", "loc_peak_glob"}) {
    expect_near(moved, after.at(moved), before.at(moved) + 512, 1e-9);
  }
  expect_near("morph_integ_int", after.at("morph_integ_int"),
              before.at("morph_integ_int") + 512 * before.at("morph_volume"), 1e-9);
  expect_same(before, after, 1e-9, [](const std::string& name) {
    const bool may_move = name == "morph_com" || name == "morph_integ_int" || is_of_family(name, "loc");
    const bool stays = name == "stat_var" || name == "stat_skew" || name == "stat_kurt" ||
                       name == "stat_iqr" || name == "stat_range" || name == "stat_mad" ||
                       name == "stat_rmad" || name == "stat_medad";
    return may_move || (is_of_family(name, "stat") && !stays);
  });
}

TEST(IbsiInvariants, ScaledIntensitiesScaleByThePowerOfTheirUnit) {
  const ImageAndMask image = textured_ellipsoid();
  ImageAndMask scaled = image;
  for (float& x : scaled.volume.values) x *= 4;
  const Values before = values_of(image);
  for (const Feature& feature : extract_ibsi_features(scaled.volume, scaled.mask, fixed_bin_number())) {
    const int power = feature.definition->intensity_power;
    expect_near(feature.name, feature.value.value(), before.at(feature.name) * std::pow(4, power), 1e-9);
  }
}

TEST(IbsiInvariants, TheNumberOfThreadsDoesNotMatter) {
  const ImageAndMask image = textured_ellipsoid();
  IbsiSettings settings = fixed_bin_number();
  settings.spacing = Vector3{1, 1, 1};
  const Values expected = values_of(image, settings);
  const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
  EXPECT_EQ(values_of(image, settings), expected);
}

TEST(IbsiInvariants, LevelsOfFixedWidthBeginAtTheRangeWhereThereIsOne) {
  const ImageAndMask image = textured_ellipsoid();
  IbsiSettings settings;
  settings.discretisation = FixedBinSize{10};
  settings.range = IntensityRange{-1000, 1000};
  settings.families = {"ih", "cm"};
  const Values before = values_of(image, settings);
  settings.range = IntensityRange{-1050, 1000};  // five levels lower
  const Values after = values_of(image, settings);
  expect_near("ih_mean", after.at("ih_mean"), before.at("ih_mean") + 5, 1e-9);
  expect_near("joint_avg", after.at("cm_joint_avg_3D_comb"), before.at("cm_joint_avg_3D_comb") + 5, 1e-9);
  expect_near("contrast", after.at("cm_contrast_3D_comb"), before.at("cm_contrast_3D_comb"), 1e-9);
}

TEST(IbsiInvariants, EachAggregationOfOneSliceIsThatOfTheSlice) {
  ImageAndMask image = textured_ellipsoid();
  for (std::size_t i = 0; i < image.mask.voxels.size(); ++i) {
    const std::size_t z = i / (std::size_t{20} * 18);
    if (z != 6) image.mask.voxels[i] = 0;
  }
  IbsiSettings settings = fixed_bin_number();
  settings.families = {"cm", "rlm", "szm", "dzm", "ngt", "ngl"};
  const Values values = values_of(image, settings);
  for (const auto& [name, value] : values) {
    const std::size_t slices = name.find("_2_5D");
    if (slices == std::string::npos) continue;
    std::string of_slice = name;
    of_slice.replace(slices, 5, "_2D");
    expect_near(name, value, values.at(of_slice), 1e-9);
  }
}

}  // namespace
}  // namespace glisson::engine
