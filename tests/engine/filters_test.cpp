// Each filter against its definition, written as a plain convolution with a dense kernel.

#include "engine/images/filters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/images/wavelet_filters.hpp"
#include "tests/support/naive_convolution.hpp"
#include "tests/support/rejection.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using std::numbers::pi;
using tests::DenseKernel;
using tests::naive_convolution;
using tests::outer_product;
using tests::rejected_as;

constexpr FilterBoundary boundaries[] = {FilterBoundary::zero, FilterBoundary::nearest,
                                         FilterBoundary::periodic, FilterBoundary::mirror};
constexpr FilterPooling poolings[] = {FilterPooling::none, FilterPooling::average, FilterPooling::maximum};

Volume random_volume(const std::array<int, 3>& size, unsigned seed) {
  return tests::random_image(size, 200, 1.0, seed).volume;
}

std::vector<double> real_parts(const std::vector<std::complex<double>>& values) {
  std::vector<double> parts(values.size());
  std::transform(values.begin(), values.end(), parts.begin(), [](const auto& value) { return value.real(); });
  return parts;
}

// The pooled response of the kernel's rotations.
std::vector<double> pooled(const Volume& volume, const DenseKernel& kernel, FilterSpace space,
                           FilterBoundary boundary, FilterPooling pooling) {
  if (pooling == FilterPooling::none) return real_parts(naive_convolution(volume, kernel, boundary));
  const auto kernels = tests::right_angle_rotations(kernel, space);
  EXPECT_EQ(kernels.size(), space == FilterSpace::slice ? 4U : 24U);
  std::vector<double> result(volume.values.size(), pooling == FilterPooling::average ? 0.0 : -1e30);
  for (const DenseKernel& turned : kernels) {
    const auto response = real_parts(naive_convolution(volume, turned, boundary));
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = pooling == FilterPooling::average
                      ? result[i] + response[i] / static_cast<double>(kernels.size())
                      : std::max(result[i], response[i]);
    }
  }
  return result;
}

void expect_same(const Volume& actual, const std::vector<double>& expected, const std::string& what) {
  ASSERT_EQ(actual.values.size(), expected.size());
  double scale = 1;  // the average of an edge kernel over its rotations is 0
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(actual.values[i], expected[i], 2e-6 * scale) << what << " at " << i;
  }
}

TEST(MeanFilter, IsTheMeanOfTheNeighbourhoodWhateverTheBoundary) {
  const Volume volume = random_volume({7, 5, 4}, 1);
  const std::vector<double> third(3, 1.0 / 3);
  const std::vector<double> eleventh(11, 1.0 / 11);  // reaches beyond the image on both sides
  for (const FilterBoundary boundary : boundaries) {
    const std::string what = "boundary " + std::to_string(static_cast<int>(boundary));
    expect_same(apply_filter(MeanFilter{FilterSpace::volume, boundary, 3}, volume),
                real_parts(naive_convolution(volume, outer_product(third, third, third), boundary)), what);
    expect_same(apply_filter(MeanFilter{FilterSpace::slice, boundary, 11}, volume),
                real_parts(naive_convolution(volume, outer_product(eleventh, eleventh, {}), boundary)), what);
  }
}

DenseKernel log_kernel(double sigma, int reach, int dimensions) {
  DenseKernel kernel;
  const int depth = dimensions == 3 ? reach : 0;
  for (int z = -depth; z <= depth; ++z) {
    for (int y = -reach; y <= reach; ++y) {
      for (int x = -reach; x <= reach; ++x) {
        const double squared = x * x + y * y + z * z;
        kernel[{x, y, z}] = -1 / (sigma * sigma) * std::pow(1 / (std::sqrt(2 * pi) * sigma), dimensions) *
                            (dimensions - squared / (sigma * sigma)) *
                            std::exp(-squared / (2 * sigma * sigma));
      }
    }
  }
  return kernel;
}

// sigma 1.5 mm is 0.75 voxels of 2 mm; floor(3 * 0.75 + 0.5) = 2 voxels.
TEST(LaplacianOfGaussian, IsTheTruncatedKernelInVoxels) {
  Volume volume = random_volume({8, 7, 6}, 2);
  volume.grid.spacing = {2, 2, 2};
  for (const FilterBoundary boundary : boundaries) {
    expect_same(apply_filter(LaplacianOfGaussianFilter{FilterSpace::volume, boundary, 1.5, 3}, volume),
                real_parts(naive_convolution(volume, log_kernel(0.75, 2, 3), boundary)), "volume");
    expect_same(apply_filter(LaplacianOfGaussianFilter{FilterSpace::slice, boundary, 1.5, 3}, volume),
                real_parts(naive_convolution(volume, log_kernel(0.75, 2, 2), boundary)), "slice");
  }
}

std::vector<double> divided(std::vector<double> weights, double squared_norm) {
  for (double& weight : weights) weight /= std::sqrt(squared_norm);
  return weights;
}

TEST(LawsFilter, PoolsOverTheRightAngleRotations) {
  const Volume volume = random_volume({6, 7, 5}, 3);
  const auto e5 = divided({-1, -2, 0, 2, 1}, 10);
  const auto l5 = divided({1, 4, 6, 4, 1}, 70);
  const auto s3 = divided({-1, 2, -1}, 6);
  const auto w5 = divided({-1, 2, 0, -2, 1}, 10);
  const auto boundary = FilterBoundary::mirror;
  for (const FilterPooling pooling : poolings) {
    expect_same(
        apply_filter(LawsFilter{FilterSpace::volume, boundary, "E5L5S3", pooling, std::nullopt}, volume),
        pooled(volume, outer_product(e5, l5, s3), FilterSpace::volume, boundary, pooling), "E5L5S3");
    expect_same(apply_filter(LawsFilter{FilterSpace::slice, boundary, "W5E5", pooling, std::nullopt}, volume),
                pooled(volume, outer_product(w5, e5, {}), FilterSpace::slice, boundary, pooling), "W5E5");
  }
}

TEST(LawsFilter, EnergyIsTheMeanOfTheAbsoluteResponse) {
  const Volume volume = random_volume({6, 7, 5}, 4);
  const auto boundary = FilterBoundary::nearest;
  const LawsFilter laws{FilterSpace::volume, boundary, "L3R5E3", FilterPooling::maximum, std::nullopt};
  LawsFilter energy = laws;
  energy.energy_distance = 2;
  Volume magnitude = apply_filter(laws, volume);
  for (float& value : magnitude.values) value = std::abs(value);
  const std::vector<double> fifth(5, 0.2);
  expect_same(apply_filter(energy, volume),
              real_parts(naive_convolution(magnitude, outer_product(fifth, fifth, fifth), boundary)),
              "energy");
}

// The kernel of two levels: low-pass, then the subband's with a zero between its coefficients.
std::vector<double> second_level(const std::vector<double>& low, const std::vector<double>& band) {
  std::vector<double> kernel(low.size() + 2 * band.size() - 1, 0.0);
  for (std::size_t k = 0; k < low.size(); ++k) {
    for (std::size_t m = 0; m < band.size(); ++m) kernel[k + 2 * m] += low[k] * band[m];
  }
  return kernel;
}

// Origins: the low-pass kernel's lies at n/2, the dilated one's at n, together 3n/2, which is the middle of
// 3n.
TEST(SeparableWavelet, IsTheDilatedFilterBankPooledOverRotations) {
  const Volume volume = random_volume({7, 6, 5}, 5);
  const auto periodic = FilterBoundary::periodic;
  for (const std::string name : {"haar", "db2"}) {
    const auto [low, high] = wavelet_filters(name);
    auto low_low = second_level(low, low);
    auto low_high = second_level(low, high);
    low_low.push_back(0);
    low_high.push_back(0);
    for (const FilterPooling pooling : poolings) {
      expect_same(apply_filter(SeparableWaveletFilter{FilterSpace::volume, periodic, name, "LHH", 1, pooling},
                               volume),
                  pooled(volume, outer_product(low, high, high), FilterSpace::volume, periodic, pooling),
                  "LHH");
      expect_same(
          apply_filter(SeparableWaveletFilter{FilterSpace::slice, periodic, name, "HL", 2, pooling}, volume),
          pooled(volume, outer_product(low_high, low_low, {}), FilterSpace::slice, periodic, pooling), "HL");
    }
  }
}

TEST(SeparableWavelet, FiltersAreOrthonormal) {
  for (const std::string_view name : wavelet_names()) {
    const auto [low, high] = wavelet_filters(name);
    const auto product = [](const std::vector<double>& a, const std::vector<double>& b, std::size_t shift) {
      double sum = 0;
      for (std::size_t k = shift; k < a.size(); ++k) sum += a[k] * b[k - shift];
      return sum;
    };
    double sum = 0;
    for (const double weight : low) sum += weight;
    EXPECT_NEAR(sum, std::sqrt(2), 1e-11);
    for (std::size_t shift = 0; shift < low.size(); shift += 2) {
      EXPECT_NEAR(product(low, low, shift), shift == 0 ? 1 : 0, 1e-11);
      EXPECT_NEAR(product(high, high, shift), shift == 0 ? 1 : 0, 1e-11);
      EXPECT_NEAR(product(low, high, shift), 0, 1e-11);
    }
  }
}

DenseKernel gabor_kernel(double sigma, double wavelength, double gamma, double degrees, std::size_t first,
                         std::size_t second) {
  DenseKernel kernel;
  const double theta = degrees * pi / 180;
  const int reach = static_cast<int>(std::ceil(6 * sigma * std::max(1.0, 1 / gamma)));
  for (int b = -reach; b <= reach; ++b) {
    for (int a = -reach; a <= reach; ++a) {
      const double u = a * std::cos(theta) + b * std::sin(theta);
      const double v = -a * std::sin(theta) + b * std::cos(theta);
      std::array<int, 3> offset{};
      offset[first] = a;
      offset[second] = b;
      kernel[offset] = std::exp(std::complex<double>(-(u * u + gamma * gamma * v * v) / (2 * sigma * sigma),
                                                     2 * pi * u / wavelength));
    }
  }
  return kernel;
}

void add_moduli(const Volume& volume, const DenseKernel& kernel, FilterBoundary boundary, double share,
                std::vector<double>& sum) {
  const auto response = naive_convolution(volume, kernel, boundary);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += share * std::abs(response[i]);
}

TEST(GaborFilter, IsTheModulusOfTheComplexResponse) {
  Volume volume = random_volume({9, 7, 2}, 6);
  volume.grid.spacing = {2, 2, 5};
  for (const FilterBoundary boundary : boundaries) {
    std::vector<double> expected(volume.values.size(), 0.0);
    add_moduli(volume, gabor_kernel(0.8, 1.5, 0.7, 35, 0, 1), boundary, 1, expected);
    expect_same(apply_filter(GaborFilter{boundary, 1.6, 3, 0.7, 35, std::nullopt, false}, volume), expected,
                "boundary " + std::to_string(static_cast<int>(boundary)));
  }
}

TEST(GaborFilter, AveragesOrientationsAndPlanes) {
  const Volume volume = random_volume({6, 5, 7}, 7);
  const auto boundary = FilterBoundary::mirror;
  for (const int steps : {3, 8}) {  // with an odd number of steps no two orientations are opposite
    std::vector<double> expected(volume.values.size(), 0.0);
    for (const auto& [first, second] : {std::pair{0, 1}, {0, 2}, {1, 2}}) {
      for (int step = 0; step < steps; ++step) {
        add_moduli(volume,
                   gabor_kernel(0.9, 2, 1.3, step * 360.0 / steps, static_cast<std::size_t>(first),
                                static_cast<std::size_t>(second)),
                   boundary, 1.0 / (3 * steps), expected);
      }
    }
    expect_same(apply_filter(GaborFilter{boundary, 0.9, 2, 1.3, 0, 360.0 / steps, true}, volume), expected,
                std::to_string(steps) + " steps");
  }
}

// The sums of the Fourier transform as they stand.
std::vector<double> naive_simoncelli(const Volume& volume, int level) {
  const auto size = volume.grid.size;
  const int voxels = static_cast<int>(volume.values.size());
  const double most = std::pow(0.5, level - 1);
  const auto index = [&](int i) {
    return std::array{i % size[0], i / size[0] % size[1], i / size[0] / size[1]};
  };
  const auto frequency = [](int q, int n) { return n == 1 ? 0 : 2.0 * ((q + n / 2) % n) / (n - 1) - 1; };
  const auto phase = [&](const std::array<int, 3>& wave, const std::array<int, 3>& voxel) {
    double turns = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) turns += 1.0 * wave[axis] * voxel[axis] / size[axis];
    return 2 * pi * turns;
  };
  std::vector<double> result(volume.values.size(), 0.0);
  for (int q = 0; q < voxels; ++q) {
    const auto wave = index(q);
    const double nu =
        std::hypot(frequency(wave[0], size[0]), frequency(wave[1], size[1]), frequency(wave[2], size[2]));
    if (nu <= most / 4 || nu > most) continue;
    const double gain = std::cos(pi / 2 * std::log2(2 * nu / most));
    std::complex<double> amplitude = 0;
    for (int i = 0; i < voxels; ++i) {
      const double value = volume.values[static_cast<std::size_t>(i)];
      amplitude += value * std::polar(1.0, -phase(wave, index(i)));
    }
    for (int i = 0; i < voxels; ++i) {
      result[static_cast<std::size_t>(i)] +=
          gain * (amplitude * std::polar(1.0, phase(wave, index(i)))).real() / voxels;
    }
  }
  return result;
}

// Odd, even, prime and single lengths.
TEST(SimoncelliFilter, IsTheBandOfTheFourierTransform) {
  for (const auto& size : {std::array{8, 7, 6}, {11, 6, 1}, {1, 1, 13}}) {
    const Volume volume = random_volume(size, 8);
    for (const int level : {1, 2}) {
      expect_same(apply_filter(SimoncelliFilter{FilterSpace::volume, level}, volume),
                  naive_simoncelli(volume, level), "level " + std::to_string(level));
    }
  }
}

TEST(Filters, RefuseParametersThatMeanNothing) {
  const double infinite = std::numeric_limits<double>::infinity();
  const auto slice = FilterSpace::slice;
  const auto space = FilterSpace::volume;
  const auto zero = FilterBoundary::zero;
  const auto none = FilterPooling::none;
  const std::vector<Filter> refused{MeanFilter{space, zero, 4},
                                    MeanFilter{space, zero, 0},
                                    MeanFilter{space, zero, 1000001},
                                    LaplacianOfGaussianFilter{space, zero, 0, 4},
                                    LaplacianOfGaussianFilter{space, zero, infinite, 4},
                                    LaplacianOfGaussianFilter{space, zero, 1, 0},
                                    LaplacianOfGaussianFilter{space, zero, 1, 100},
                                    LawsFilter{space, zero, "L5E5", none, std::nullopt},
                                    LawsFilter{slice, zero, "L5E5S5", none, std::nullopt},
                                    LawsFilter{slice, zero, "L5Q5", none, std::nullopt},
                                    LawsFilter{slice, zero, "L5E5", none, 0},
                                    GaborFilter{zero, -1, 2, 1, 0, std::nullopt, false},
                                    GaborFilter{zero, 1, 0, 1, 0, std::nullopt, false},
                                    GaborFilter{zero, 1, 2, 0, 0, std::nullopt, false},
                                    GaborFilter{zero, 1, 2, 1, infinite, std::nullopt, false},
                                    GaborFilter{zero, 1, 2, 1, 0, 50, false},
                                    GaborFilter{zero, 1, 2, 1, 0, 0, false},
                                    SeparableWaveletFilter{space, zero, "haar", "LL", 1, none},
                                    SeparableWaveletFilter{slice, zero, "haar", "LX", 1, none},
                                    SeparableWaveletFilter{slice, zero, "haar", "LH", 0, none},
                                    SeparableWaveletFilter{slice, zero, "haar", "LH", 40, none},
                                    SeparableWaveletFilter{slice, zero, "mexican", "LH", 1, none},
                                    SimoncelliFilter{space, 0}};
  for (std::size_t i = 0; i < refused.size(); ++i) {
    EXPECT_EQ(rejected_as([&] { check_filter(refused[i]); }), "invalid_protocol") << "filter " << i;
  }
}

TEST(Filters, InMillimetresRefuseAnisotropicVoxelsAndAbsurdReach) {
  Volume volume = random_volume({5, 5, 5}, 9);
  volume.grid.spacing = {0.98, 0.98, 3};
  const GaborFilter gabor{FilterBoundary::zero, 1, 2, 1, 0, std::nullopt, true};
  const LaplacianOfGaussianFilter log{FilterSpace::volume, FilterBoundary::zero, 1, 4};
  EXPECT_EQ(rejected_as([&] { apply_filter(gabor, volume); }), "invalid_protocol");
  EXPECT_EQ(rejected_as([&] { apply_filter(log, volume); }), "invalid_protocol");
  EXPECT_NO_THROW(
      apply_filter(LaplacianOfGaussianFilter{FilterSpace::slice, FilterBoundary::zero, 1, 4}, volume));

  const LaplacianOfGaussianFilter wide{FilterSpace::slice, FilterBoundary::zero, 5000, 4};
  const GaborFilter narrow{FilterBoundary::zero, 1, 2, 1e-9, 0, std::nullopt, false};
  EXPECT_EQ(rejected_as([&] { apply_filter(wide, volume); }), "invalid_protocol");
  EXPECT_EQ(rejected_as([&] { apply_filter(narrow, volume); }), "invalid_protocol");
  const GaborFilter many{FilterBoundary::zero, 80, 2, 1, 0, 1, false};
  EXPECT_EQ(rejected_as([&] { apply_filter(many, volume); }), "too_much_memory");
}

}  // namespace
}  // namespace glisson::engine
