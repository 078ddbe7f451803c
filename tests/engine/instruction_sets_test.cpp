// The same features whatever the processor offers: the engine built for the baseline of x86-64 against the
// engine built for x86-64-v3 (AVX2, FMA, BMI2), and the mathematical library with and without these.
// Tolerance: 1e-9 relative. IBSI's excess kurtosis subtracts 3 from what is measured, and loses digits near
// 0: it is compared as it is before.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/command.hpp"

namespace glisson {
namespace {

std::map<std::string, std::string> features_printed_by(const std::vector<std::string>& command) {
  std::istringstream lines(tests::run_command(command).out);
  std::map<std::string, std::string> features;
  std::string name;
  std::string value;
  while (lines >> name >> value) features[name] = value;
  return features;
}

void expect_agreement(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  const auto expected = features_printed_by(one);
  const auto actual = features_printed_by(other);
  EXPECT_GT(expected.size(), 1500U);
  ASSERT_EQ(actual.size(), expected.size());
  double largest = 0;
  std::size_t same_bits = 0;
  for (const auto& [name, text] : expected) {
    ASSERT_TRUE(actual.contains(name)) << name;
    if (actual.at(name) == text) {
      ++same_bits;
      continue;
    }
    ASSERT_NE(text, "none") << name;
    ASSERT_NE(actual.at(name), "none") << name;
    const double value = std::stod(text);
    const double difference = std::abs(std::stod(actual.at(name)) - value);
    const double measured = name.ends_with("stat_kurt") ? value + 3 : value;
    const double relative = difference / std::max(std::abs(measured), 1e-6);
    EXPECT_LE(relative, 1e-9) << name << ' ' << value;
    largest = std::max(largest, relative);
  }
  std::cout << expected.size() << " features, " << same_bits
            << " of the same bits; largest relative difference " << largest << '\n';
}

TEST(InstructionSets, OfTheProcessorDoNotMatter) {
#ifdef GLISSON_FEATURE_BITS_V3
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2"))
    GTEST_SKIP() << "needs a processor with AVX2, FMA and BMI2";
  expect_agreement({GLISSON_FEATURE_BITS}, {GLISSON_FEATURE_BITS_V3});
#else
  GTEST_SKIP() << "needs x86-64";
#endif
}

// glibc chooses its functions by what the processor offers, and can be told to overlook it.
TEST(InstructionSets, OfTheMathematicalLibraryDoNotMatter) {
  const std::string overlooked =
      "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-FMA4,-AVX512F";
  expect_agreement({GLISSON_FEATURE_BITS}, {"env", overlooked, GLISSON_FEATURE_BITS});
}

}  // namespace
}  // namespace glisson
