#include "engine/images/fourier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "engine/images/fourier_lines.hpp"

namespace glisson::engine {
namespace {

ComplexValues random_values(std::size_t count) {
  std::mt19937 generator(17);
  std::uniform_real_distribution<float> number(-1, 1);
  ComplexValues values(count);
  for (auto& value : values) value = {number(generator), number(generator)};
  return values;
}

std::vector<std::complex<double>> naive_transform(const ComplexValues& line) {
  const std::size_t n = line.size();
  std::vector<std::complex<double>> result(n);
  for (std::size_t q = 0; q < n; ++q) {
    for (std::size_t k = 0; k < n; ++k) {
      const double phase = -2 * std::numbers::pi * static_cast<double>(q * k % n) / static_cast<double>(n);
      result[q] += std::complex<double>(line[k]) * std::polar(1.0, phase);
    }
  }
  return result;
}

// Every radix, powers and products of them, primes, and lengths with a large prime factor.
TEST(FourierTransform, IsTheSumOfItsDefinitionForEveryLength) {
  for (std::size_t length = 1; length <= 130; ++length) {
    const ComplexValues values = random_values(length);
    const auto expected = naive_transform(values);
    ComplexValues transformed = values;
    fourier_transform(transformed, {length, 1, 1});
    for (std::size_t q = 0; q < length; ++q) {
      ASSERT_LT(std::abs(std::complex<double>(transformed[q]) - expected[q]), 3e-6) << length << ", " << q;
    }
    inverse_fourier_transform(transformed, {length, 1, 1});
    for (std::size_t k = 0; k < length; ++k) ASSERT_LT(std::abs(transformed[k] - values[k]), 1e-6F) << length;
  }
}

// A plane wave has one frequency.
TEST(FourierTransform, FindsAPlaneWaveInAVolume) {
  const std::array<std::size_t, 3> size{12, 7, 10};
  ComplexValues wave(std::size_t{12} * 7 * 10);
  for (std::size_t i = 0; i < wave.size(); ++i) {
    const std::array<std::size_t, 3> voxel{i % 12, i / 12 % 7, i / 84};
    const double turns = 5.0 * static_cast<double>(voxel[0]) / 12 + 3.0 * static_cast<double>(voxel[1]) / 7 +
                         9.0 * static_cast<double>(voxel[2]) / 10;
    wave[i] = std::complex<float>(std::polar(1.0, 2 * std::numbers::pi * turns));
  }
  fourier_transform(wave, size);
  for (std::size_t i = 0; i < wave.size(); ++i) {
    const bool peak = i == 5 + 12 * (3 + 7 * 9);
    ASSERT_NEAR(std::abs(wave[i]), peak ? 840 : 0, 2e-3) << i;
  }
}

TEST(FourierTransform, FastLengthsHaveSmallPrimeFactors) {
  EXPECT_EQ(fast_fourier_length(1), 1U);
  EXPECT_EQ(fast_fourier_length(7), 8U);
  EXPECT_EQ(fast_fourier_length(271), 288U);
  EXPECT_EQ(fast_fourier_length(450), 450U);
}

}  // namespace
}  // namespace glisson::engine
