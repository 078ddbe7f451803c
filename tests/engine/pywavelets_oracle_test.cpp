// Every band of every wavelet and of levels 1 to 3 against PyWavelets (Debian's python3-pywt), called as
// PyRadiomics calls it: once for each level, on the approximation before, after axes of odd size were made
// even.
//
// PyWavelets computes in the precision of the image; PyRadiomics has images in single precision. Both are
// compared: in single precision with 1e-6 of the largest response, a few of its last digits, as the order of
// the sums is not the same; PyWavelets in double precision shows how much of that is rounding.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>

#include "engine/images/image_types.hpp"
#include "engine/images/wavelet_filters.hpp"
#include "tests/support/command.hpp"
#include "tests/support/small_region.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::engine {
namespace {

// Debian's packages belong to Debian's interpreter, whatever PATH has before it.
std::string python() { return std::filesystem::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3"; }

constexpr int most_levels = 3;

class PyWaveletsOracle : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    const char* found = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pywt') is None)";
    if (tests::run_command({python(), "-c", found}).exit_code != 0) GTEST_SKIP() << "needs python3-pywt";
  }
};

// What bands.py gives: transforms of 1 to 3 levels in single precision, then in double precision.
std::vector<double> bands_by_pywavelets(const Volume& volume, std::string_view wavelet) {
  const tests::TemporaryFolder folder;
  const std::filesystem::path path = folder / "volume";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(volume.values.data()),
             static_cast<std::streamsize>(volume.values.size() * sizeof(float)));
  const auto& size = volume.grid.size;
  const auto result = tests::run_command(
      {python(), "-B", GLISSON_SOURCE_DIR "/tests/engine/pywavelets/bands.py", path, std::to_string(size[0]),
       std::to_string(size[1]), std::to_string(size[2]), std::string(wavelet), std::to_string(most_levels)});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<double> values(result.out.size() / sizeof(double));
  std::memcpy(values.data(), result.out.data(), values.size() * sizeof(double));
  return values;
}

void compare(const std::vector<Volume>& maps, std::span<const double> expected, const std::string& what) {
  double scale = 0;
  for (const double response : expected) scale = std::max(scale, std::abs(response));
  double largest_difference = 0;
  std::size_t same_bits = 0;
  const double* response = expected.data();
  for (const Volume& map : maps) {
    for (const float value : map.values) {
      largest_difference = std::max(largest_difference, std::abs(value - *response) / scale);
      same_bits += static_cast<double>(value) == *response++ ? 1 : 0;
    }
  }
  EXPECT_LE(largest_difference, 1e-6) << what;
  std::cout << what << ": " << same_bits << " of " << expected.size() << " the same bits; largest difference "
            << largest_difference << " of the largest response\n";
}

TEST_P(PyWaveletsOracle, GivesTheSameBands) {
  for (const std::array<int, 3>& size : {std::array{16, 12, 10}, std::array{15, 9, 7}}) {
    Volume volume = tests::random_image(size, 2000, 1.0, 23).volume;
    for (float& value : volume.values) value = value * 0.37F - 1000;
    const std::vector<double> all = bands_by_pywavelets(volume, GetParam());
    std::span<const double> rest(all);
    for (const std::string precision : {"single", "double"}) {
      for (int levels = 1; levels <= most_levels; ++levels) {
        const auto maps = response_maps(Wavelet{std::string(GetParam()), levels}, volume);
        const std::size_t count = maps.size() * volume.values.size();
        ASSERT_GE(rest.size(), count);
        compare(maps, rest.first(count),
                std::string(GetParam()) + ", " + std::to_string(levels) + " levels, " +
                    std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " +
                    std::to_string(size[2]) + ", " + precision + " precision");
        rest = rest.subspan(count);
      }
    }
    EXPECT_TRUE(rest.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(AllWavelets, PyWaveletsOracle, testing::ValuesIn(wavelet_names()),
                         [](const auto& named) { return std::string(named.param); });

}  // namespace
}  // namespace glisson::engine
