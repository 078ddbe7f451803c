// PyRadiomics' image types against their definitions, computed voxel by voxel.

#include "engine/images/image_types.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>

#include "engine/images/wavelet_filters.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

Volume random_volume(const std::array<int, 3>& size) {
  Volume volume = tests::random_image(size, 2000, 1.0, 11).volume;
  for (float& value : volume.values) value -= 1000;
  volume.grid.spacing = {0.8, 1.1, 2.5};
  return volume;
}

Volume map_of(const ImageType& type, const Volume& volume) { return response_maps(type, volume).front(); }

TEST(ImageTypes, BearTheNamesOfPyRadiomics) {
  EXPECT_EQ(response_names(LaplacianOfGaussian{1}).front(), "log-sigma-1-0-mm-3D");
  EXPECT_EQ(response_names(LaplacianOfGaussian{2.5}).front(), "log-sigma-2-5-mm-3D");
  EXPECT_EQ(response_names(Wavelet{}),
            (std::vector<std::string>{"wavelet-LLH", "wavelet-LHL", "wavelet-LHH", "wavelet-HLL",
                                      "wavelet-HLH", "wavelet-HHL", "wavelet-HHH", "wavelet-LLL"}));
  const auto two_levels = response_names(Wavelet{"haar", 2});
  EXPECT_EQ(two_levels.size(), 15U);
  EXPECT_EQ(two_levels.back(), "wavelet2-LLL");
  EXPECT_EQ(response_names(SquareRoot{}).front(), "squareroot");
}

TEST(ImageTypes, TransformEachIntensityAsDefined) {
  const Volume volume = random_volume({5, 4, 3});
  double largest = 0;
  for (const float x : volume.values) largest = std::max(largest, std::abs(static_cast<double>(x)));
  const auto expect = [&](const ImageType& type, const std::function<double(double)>& definition) {
    const Volume map = map_of(type, volume);
    for (std::size_t i = 0; i < map.values.size(); ++i) {
      const double expected = definition(volume.values[i]);
      EXPECT_NEAR(map.values[i], expected, 1e-6 * (1 + std::abs(expected)));
    }
  };
  expect(Square{}, [&](double x) { return x * x / largest; });
  expect(SquareRoot{}, [&](double x) { return (x < 0 ? -1 : 1) * std::sqrt(std::abs(x) * largest); });
  expect(Logarithm{}, [&](double x) {
    return (x < 0 ? -1 : 1) * std::log(std::abs(x) + 1) * largest / std::log(largest + 1);
  });
  expect(Exponential{}, [&](double x) { return std::exp(x * std::log(largest) / largest); });
}

TEST(ImageTypes, OfAnImageOfZerosAreFinite) {
  Volume volume = random_volume({4, 4, 4});
  std::fill(volume.values.begin(), volume.values.end(), 0.0F);
  for (const ImageType& type : {ImageType(Square{}), ImageType(SquareRoot{}), ImageType(Logarithm{}),
                                ImageType(Exponential{}), ImageType(Gradient{}), ImageType(Wavelet{})}) {
    for (const float value : map_of(type, volume).values) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(ImageTypes, GradientIsTheMagnitudeOfCentralDifferencesPerMillimetre) {
  const Volume volume = random_volume({5, 6, 4});
  const Volume map = map_of(Gradient{}, volume);
  const auto& size = volume.grid.size;
  const auto at = [&](int x, int y, int z) {
    return static_cast<double>(volume.values[volume.grid.offset(
        std::clamp(x, 0, size[0] - 1), std::clamp(y, 0, size[1] - 1), std::clamp(z, 0, size[2] - 1))]);
  };
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        const double expected =
            std::hypot((at(x + 1, y, z) - at(x - 1, y, z)) / 1.6, (at(x, y + 1, z) - at(x, y - 1, z)) / 2.2,
                       (at(x, y, z + 1) - at(x, y, z - 1)) / 5.0);
        EXPECT_NEAR(map.values[volume.grid.offset(x, y, z)], expected, 1e-3);
      }
    }
  }
}

struct WaveletCase {
  std::string name;
  std::array<int, 3> size;
};

class Wavelets : public testing::TestWithParam<WaveletCase> {};

double periodic_value(const std::vector<double>& values, const Grid& grid, std::array<int, 3> place) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    place[axis] = ((place[axis] % grid.size[axis]) + grid.size[axis]) % grid.size[axis];
  }
  return values[grid.offset(place[0], place[1], place[2])];
}

std::array<int, 3> place_of(std::size_t index, const Grid& grid) {
  const auto i = static_cast<int>(index);
  return {i % grid.size[0], i / grid.size[0] % grid.size[1], i / grid.size[0] / grid.size[1]};
}

// An axis of odd size is made even by its first voxel.
std::vector<double> made_even(const Volume& volume, Grid& even) {
  even = volume.grid;
  for (int& size : even.size) size += size % 2;
  const std::vector<double> values(volume.values.begin(), volume.values.end());
  std::vector<double> result;
  for (int z = 0; z < even.size[2]; ++z) {
    for (int y = 0; y < even.size[1]; ++y) {
      for (int x = 0; x < even.size[0]; ++x) result.push_back(periodic_value(values, volume.grid, {x, y, z}));
    }
  }
  return result;
}

std::vector<double> convolved(const std::vector<double>& values, const Grid& grid, std::size_t axis,
                              const std::vector<double>& filter) {
  std::vector<double> result;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        double sum = 0;
        for (int k = 0; k < static_cast<int>(filter.size()); ++k) {
          std::array<int, 3> place{x, y, z};
          place[axis] += static_cast<int>(filter.size()) / 2 - k;
          sum += filter[static_cast<std::size_t>(k)] * periodic_value(values, grid, place);
        }
        result.push_back(sum);
      }
    }
  }
  return result;
}

std::vector<double> band_by_definition(const std::vector<double>& input, const Grid& grid,
                                       const std::string& letters, const WaveletFilters& filters) {
  std::vector<double> values = input;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    values = convolved(values, grid, axis, letters[axis] == 'L' ? filters.low_pass : filters.high_pass);
  }
  return values;
}

// PyRadiomics: the second level is that of the first one's approximation, by the same filters.
TEST_P(Wavelets, OfTwoLevelsFollowTheDefinition) {
  const Volume volume = random_volume(GetParam().size);
  const WaveletFilters filters = wavelet_filters(GetParam().name);
  const Wavelet type{GetParam().name, 2};
  const auto names = response_names(type);
  const auto maps = response_maps(type, volume);
  Grid even;
  const std::vector<double> input = made_even(volume, even);
  const auto approximation = band_by_definition(input, even, "LLL", filters);
  for (std::size_t map = 0; map < names.size(); ++map) {
    const bool second = names[map].starts_with("wavelet2");
    const auto expected = band_by_definition(second ? approximation : input, even,
                                             names[map].substr(names[map].size() - 3), filters);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto [x, y, z] = place_of(i, even);
      if (x >= volume.grid.size[0] || y >= volume.grid.size[1] || z >= volume.grid.size[2]) continue;
      ASSERT_NEAR(maps[map].values[volume.grid.offset(x, y, z)], expected[i], 0.01)
          << names[map] << " voxel " << x << ' ' << y << ' ' << z;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Wavelets,
                         testing::Values(WaveletCase{"coif1", {8, 6, 10}}, WaveletCase{"coif1", {7, 5, 9}},
                                         WaveletCase{"haar", {6, 7, 4}}, WaveletCase{"db1", {4, 4, 4}},
                                         WaveletCase{"db2", {5, 8, 6}}, WaveletCase{"db3", {9, 6, 6}},
                                         WaveletCase{"db4", {8, 10, 7}}));

TEST(WaveletFilters, AreOrthonormalWithVanishingMoments) {
  const std::map<std::string_view, int> vanishing{{"haar", 1}, {"db1", 1}, {"db2", 2},
                                                  {"db3", 3},  {"db4", 4}, {"coif1", 2}};
  for (const std::string_view name : wavelet_names()) {
    const WaveletFilters filters = wavelet_filters(name);
    const std::size_t length = filters.low_pass.size();
    for (std::size_t shift = 0; shift < length; shift += 2) {
      double low = 0;
      double both = 0;
      for (std::size_t k = 0; k + shift < length; ++k) {
        low += filters.low_pass[k] * filters.low_pass[k + shift];
        both += filters.low_pass[k] * filters.high_pass[k + shift];
      }
      EXPECT_NEAR(low, shift == 0 ? 1 : 0, 1e-10) << name;
      EXPECT_NEAR(both, 0, 1e-10) << name;
    }
    for (int power = 0; power < vanishing.at(name); ++power) {
      double moment = 0;
      for (std::size_t k = 0; k < length; ++k) {
        moment += filters.high_pass[k] * std::pow(static_cast<double>(k), power);
      }
      EXPECT_NEAR(moment, 0, 1e-8) << name << " " << power;
    }
  }
}

TEST(ImageTypes, OfAPartEqualThoseOfTheWhole) {
  const Volume volume = random_volume({13, 12, 11});
  const BoundingBox part{{3, 1, 2}, {9, 10, 10}};
  for (const ImageType& type :
       {ImageType(LaplacianOfGaussian{2}), ImageType(Wavelet{"db2", 2}), ImageType(Gradient{})}) {
    const auto whole = response_maps(type, volume);
    std::size_t rows = 0;
    std::mutex lock;
    compute_responses(type, volume, part, [&](std::size_t map, int y, int z, const float* row) {
      const std::lock_guard guard(lock);
      ++rows;
      for (int x = part.lower[0]; x <= part.upper[0]; ++x) {
        EXPECT_EQ(row[x], whole[map].values[volume.grid.offset(x, y, z)]);
      }
    });
    EXPECT_EQ(rows, whole.size() * 10 * 9);
  }
}

TEST(ImageTypes, LaplacianNeedsALeastNumberOfVoxels) {
  const Volume thin = random_volume({9, 9, 3});
  EXPECT_FALSE(has_response(LaplacianOfGaussian{1}, thin.grid));
  EXPECT_TRUE(has_response(Wavelet{}, thin.grid));
  EXPECT_THROW(map_of(LaplacianOfGaussian{1}, thin), std::logic_error);
  EXPECT_TRUE(has_response(LaplacianOfGaussian{5}, random_volume({8, 8, 4}).grid));
  EXPECT_FALSE(has_response(LaplacianOfGaussian{6}, random_volume({8, 8, 4}).grid));
}

}  // namespace
}  // namespace glisson::engine
