// IBSI 2 phase 1: response maps of the digital phantoms (reference/configurations.md, "IBSI-2 phase 1").
// Tolerance for every voxel: 1 % of the range of the reference map.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <string>

#include "engine/images/filters.hpp"
#include "tests/support/nifti.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson::engine {
namespace {

struct OracleCase {
  std::string map;
  std::string phantom;
  Filter filter;
};

constexpr auto slice = FilterSpace::slice;
constexpr auto volume = FilterSpace::volume;
constexpr auto zero = FilterBoundary::zero;
constexpr auto nearest = FilterBoundary::nearest;
constexpr auto periodic = FilterBoundary::periodic;
constexpr auto mirror = FilterBoundary::mirror;
constexpr auto none = FilterPooling::none;
constexpr auto average = FilterPooling::average;
constexpr auto maximum = FilterPooling::maximum;

SeparableWaveletFilter wavelet(FilterBoundary boundary, const std::string& name, const std::string& subband,
                               int level, FilterPooling pooling) {
  return {volume, boundary, name, subband, level, pooling};
}

std::vector<OracleCase> oracle_cases() {
  const GaborFilter impulse_gabor{zero, 10, 4, 0.5, 60, std::nullopt, false};
  const GaborFilter impulse_gabors{zero, 10, 4, 0.5, 0, 45, true};
  const GaborFilter sphere_gabor{mirror, 20, 8, 2.5, 225, std::nullopt, false};
  const GaborFilter sphere_gabors{mirror, 20, 8, 2.5, 0, 22.5, true};
  return {
      {"1A1", "checkerboard", MeanFilter{volume, zero, 15}},
      {"1A2", "checkerboard", MeanFilter{volume, nearest, 15}},
      {"1A3", "checkerboard", MeanFilter{volume, periodic, 15}},
      {"1A4", "checkerboard", MeanFilter{volume, mirror, 15}},
      {"1B1", "impulse", MeanFilter{slice, zero, 15}},
      {"2A", "impulse", LaplacianOfGaussianFilter{volume, zero, 3, 4}},
      {"2B", "checkerboard", LaplacianOfGaussianFilter{volume, mirror, 5, 4}},
      {"2C", "checkerboard", LaplacianOfGaussianFilter{slice, mirror, 5, 4}},
      {"3A1", "impulse", LawsFilter{volume, zero, "E5L5S5", none, std::nullopt}},
      {"3A2", "impulse", LawsFilter{volume, zero, "E5L5S5", maximum, std::nullopt}},
      {"3A3", "impulse", LawsFilter{volume, zero, "E5L5S5", maximum, 7}},
      {"3B1", "checkerboard", LawsFilter{volume, mirror, "E3W5R5", none, std::nullopt}},
      {"3B2", "checkerboard", LawsFilter{volume, mirror, "E3W5R5", maximum, std::nullopt}},
      {"3B3", "checkerboard", LawsFilter{volume, mirror, "E3W5R5", maximum, 7}},
      {"3C1", "checkerboard", LawsFilter{slice, mirror, "L5S5", none, std::nullopt}},
      {"3C2", "checkerboard", LawsFilter{slice, mirror, "L5S5", maximum, std::nullopt}},
      {"3C3", "checkerboard", LawsFilter{slice, mirror, "L5S5", maximum, 7}},
      {"4A1", "impulse", impulse_gabor},
      {"4A2", "impulse", impulse_gabors},
      {"4B1", "sphere", sphere_gabor},
      {"4B2", "sphere", sphere_gabors},
      {"5A1", "impulse", wavelet(zero, "db2", "LHL", 1, none)},
      {"5A2", "impulse", wavelet(zero, "db2", "LHL", 1, average)},
      {"6A1", "sphere", wavelet(periodic, "coif1", "HHL", 1, none)},
      {"6A2", "sphere", wavelet(periodic, "coif1", "HHL", 1, average)},
      {"7A1", "checkerboard", wavelet(mirror, "haar", "LLL", 2, average)},
      {"7A2", "checkerboard", wavelet(mirror, "haar", "HHH", 2, average)},
      {"8A1", "checkerboard", SimoncelliFilter{volume, 1}},
      {"8A2", "checkerboard", SimoncelliFilter{volume, 2}},
      {"8A3", "checkerboard", SimoncelliFilter{volume, 3}},
  };
}

class Ibsi2ResponseMaps : public testing::TestWithParam<OracleCase> {};

TEST_P(Ibsi2ResponseMaps, AgreeVoxelByVoxel) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const OracleCase& oracle = GetParam();
  const Volume phantom =
      tests::read_nifti(data / "data/ibsi2-digital-phantoms" / (oracle.phantom + ".nii.gz"));
  const Volume expected = tests::read_nifti(data / "data/ibsi2-response-maps" / (oracle.map + ".nii.gz"));
  const Volume actual = apply_filter(oracle.filter, phantom);

  ASSERT_EQ(actual.grid, phantom.grid);
  ASSERT_EQ(actual.values.size(), expected.values.size());
  const auto [least, most] = std::minmax_element(expected.values.begin(), expected.values.end());
  const double range = static_cast<double>(*most) - *least;
  ASSERT_GT(range, 0);
  double largest = 0;
  std::size_t reached = 0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual.values[i]) - expected.values[i]) / range;
    largest = std::max(largest, difference);
    if (difference <= 0.01) ++reached;
  }
  std::cout << std::setw(4) << oracle.map << ": " << reached << "/" << expected.values.size()
            << " voxels reached; largest difference " << std::setprecision(2) << 100 * largest
            << " % of the range\n";
  EXPECT_EQ(reached, expected.values.size());
}

INSTANTIATE_TEST_SUITE_P(Reference, Ibsi2ResponseMaps, testing::ValuesIn(oracle_cases()),
                         [](const testing::TestParamInfo<OracleCase>& oracle) {
                           return "Map" + oracle.param.map;
                         });

}  // namespace
}  // namespace glisson::engine
