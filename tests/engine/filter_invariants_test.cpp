// What filters do to images that were shifted, turned, scaled or are flat: by definition, whatever the
// weights.

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <string>

#include "engine/images/filters.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

constexpr auto space = FilterSpace::volume;
constexpr auto slice = FilterSpace::slice;
constexpr auto periodic = FilterBoundary::periodic;
constexpr auto average = FilterPooling::average;
constexpr auto maximum = FilterPooling::maximum;

Volume random_volume(const std::array<int, 3>& size, unsigned seed) {
  return tests::random_image(size, 200, 1.0, seed).volume;
}

// Filters that do not depend on direction, with a periodic border.
std::vector<Filter> rotation_invariant_filters() {
  return {MeanFilter{space, periodic, 3},
          LaplacianOfGaussianFilter{space, periodic, 1.2, 4},
          LawsFilter{space, periodic, "E5L5S5", maximum, std::nullopt},
          LawsFilter{space, periodic, "S5S5L5", average, 2},
          SeparableWaveletFilter{space, periodic, "db3", "LLH", 1, average},
          SeparableWaveletFilter{space, periodic, "coif1", "HLH", 2, maximum},
          GaborFilter{periodic, 1.3, 2, 1.5, 0, 45, true}};
}

template <typename Source>
Volume moved(const Volume& volume, const Source& source) {
  Volume result = volume;
  const auto& [nx, ny, nz] = volume.grid.size;
  for (int z = 0; z < nz; ++z) {
    for (int y = 0; y < ny; ++y) {
      for (int x = 0; x < nx; ++x) {
        const std::array<int, 3> from = source(x, y, z);
        result.values[volume.grid.offset(x, y, z)] =
            volume.values[volume.grid.offset(from[0], from[1], from[2])];
      }
    }
  }
  return result;
}

void expect_same(const Volume& actual, const Volume& expected, const std::string& what) {
  float scale = 0;
  for (const float value : expected.values) scale = std::max(scale, std::abs(value));
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    ASSERT_NEAR(actual.values[i], expected.values[i], 5e-6F * scale) << what << " at " << i;
  }
}

TEST(FilterInvariants, TurningTheImageTurnsTheResponse) {
  const Volume volume = random_volume({9, 9, 9}, 1);
  const auto about_z = [](int x, int y, int z) { return std::array{y, 8 - x, z}; };
  const auto about_x = [](int x, int y, int z) { return std::array{x, z, 8 - y}; };
  const auto filters = rotation_invariant_filters();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string what = "filter " + std::to_string(i);
    const Volume response = apply_filter(filters[i], volume);
    expect_same(apply_filter(filters[i], moved(volume, about_z)), moved(response, about_z), what);
    expect_same(apply_filter(filters[i], moved(volume, about_x)), moved(response, about_x), what);
  }
}

TEST(FilterInvariants, ShiftingAPeriodicImageShiftsTheResponse) {
  const Volume volume = random_volume({8, 6, 5}, 2);
  const auto shift = [](int x, int y, int z) { return std::array{(x + 3) % 8, (y + 5) % 6, (z + 1) % 5}; };
  auto filters = rotation_invariant_filters();
  filters.emplace_back(SimoncelliFilter{space, 1});
  filters.emplace_back(SimoncelliFilter{slice, 2});
  filters.emplace_back(LawsFilter{slice, periodic, "E5W5", FilterPooling::none, std::nullopt});
  filters.emplace_back(GaborFilter{periodic, 2, 3, 0.5, 30, std::nullopt, false});
  for (std::size_t i = 0; i < filters.size(); ++i) {
    expect_same(apply_filter(filters[i], moved(volume, shift)),
                moved(apply_filter(filters[i], volume), shift), "filter " + std::to_string(i));
  }
}

TEST(FilterInvariants, ScalingTheImageScalesTheResponse) {
  const Volume volume = random_volume({8, 6, 5}, 3);
  Volume scaled = volume;
  for (float& value : scaled.values) value *= 4;
  for (const Filter& filter : rotation_invariant_filters()) {
    Volume expected = apply_filter(filter, volume);
    for (float& value : expected.values) value *= 4;
    expect_same(apply_filter(filter, scaled), expected, "scaled by 4");
  }
}

// The response to a flat image of 100 is 100 times the sum of the weights.
TEST(FilterInvariants, AFlatImageGivesTheSumOfTheWeights) {
  Volume flat = random_volume({8, 9, 7}, 4);
  std::fill(flat.values.begin(), flat.values.end(), 100.0F);
  const double l5 = 16 / std::sqrt(70.0);
  struct Case {
    Filter filter;
    double sum;
  };
  for (const auto boundary : {FilterBoundary::nearest, FilterBoundary::periodic, FilterBoundary::mirror}) {
    const std::vector<Case> cases{{MeanFilter{space, boundary, 5}, 1},
                                  {LaplacianOfGaussianFilter{space, boundary, 1.5, 6}, 0},
                                  {LawsFilter{space, boundary, "L5L5L5", maximum, 3}, l5 * l5 * l5},
                                  {LawsFilter{slice, boundary, "L5E5", maximum, 3}, 0},
                                  {SeparableWaveletFilter{space, boundary, "db2", "LLL", 2, average}, 8},
                                  {SeparableWaveletFilter{slice, boundary, "db3", "LL", 1, average}, 2},
                                  {SeparableWaveletFilter{space, boundary, "coif1", "LLH", 3, maximum}, 0}};
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const Volume response = apply_filter(cases[i].filter, flat);
      for (const float value : response.values) ASSERT_NEAR(value, 100 * cases[i].sum, 1e-3) << "case " << i;
    }
  }
}

// Boxes inside and at the border; the reach of some filters exceeds the image.
TEST(FilterInvariants, TheResponseInABoxIsThatPartOfTheWholeResponse) {
  Volume volume = random_volume({26, 22, 20}, 6);
  volume.grid.origin = {10, 20, 30};
  for (const auto boundary :
       {FilterBoundary::zero, FilterBoundary::nearest, periodic, FilterBoundary::mirror}) {
    const std::vector<Filter> filters{
        MeanFilter{space, boundary, 5},
        LaplacianOfGaussianFilter{space, boundary, 1, 4},
        LawsFilter{space, boundary, "E5W5R5", maximum, 2},
        LawsFilter{slice, boundary, "E3S3", maximum, std::nullopt},
        GaborFilter{boundary, 1, 2, 1.5, 0, 45, true},
        GaborFilter{boundary, 3, 2, 0.5, 0, 90, false},
        SeparableWaveletFilter{space, boundary, "haar", "HHL", 1, average},
        SeparableWaveletFilter{space, boundary, "db3", "HLL", 2, average},
        SeparableWaveletFilter{slice, boundary, "db3", "LH", 1, FilterPooling::none},
        SimoncelliFilter{space, 1},
        SimoncelliFilter{slice, 1}};
    const std::vector<BoundingBox> boxes{{{9, 8, 10}, {14, 13, 11}}, {{0, 12, 15}, {5, 21, 19}}};
    for (std::size_t i = 0; i < filters.size(); ++i) {
      const Volume whole = apply_filter(filters[i], volume);
      for (const BoundingBox& box : boxes) {
        const Volume part = apply_filter(filters[i], volume, box);
        Mask mask{volume.grid, std::vector<std::uint8_t>(volume.values.size(), 0)};
        for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
          for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
            for (int x = box.lower[0]; x <= box.upper[0]; ++x) mask.voxels[volume.grid.offset(x, y, z)] = 1;
          }
        }
        const Region expected = crop_to_region(whole, mask);
        ASSERT_EQ(part.grid, expected.grid);
        expect_same(part, {expected.grid, expected.intensities}, "filter " + std::to_string(i));
      }
    }
  }
}

TEST(FilterInvariants, TheNumberOfThreadsChangesNoBit) {
  const Volume volume = random_volume({31, 22, 19}, 7);
  auto filters = rotation_invariant_filters();
  filters.emplace_back(SimoncelliFilter{space, 1});
  filters.emplace_back(SimoncelliFilter{slice, 2});
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const Volume with_all = apply_filter(filters[i], volume);
    const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
    EXPECT_EQ(apply_filter(filters[i], volume).values, with_all.values) << "filter " << i;
  }
}

TEST(FilterInvariants, SlicesDoNotSeeEachOther) {
  Volume volume = random_volume({9, 8, 4}, 5);
  const std::vector<Filter> filters{MeanFilter{slice, periodic, 3},
                                    LaplacianOfGaussianFilter{slice, periodic, 1.2, 4},
                                    LawsFilter{slice, periodic, "E5L5", maximum, 2},
                                    GaborFilter{periodic, 1.3, 2, 1.5, 0, 45, false},
                                    SeparableWaveletFilter{slice, periodic, "db3", "LH", 2, average},
                                    SimoncelliFilter{slice, 1}};
  Volume single = volume;
  single.grid.size[2] = 1;
  const std::size_t voxels = single.grid.voxel_count();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const Volume whole = apply_filter(filters[i], volume);
    single.values.assign(volume.values.begin() + static_cast<std::ptrdiff_t>(2 * voxels),
                         volume.values.begin() + static_cast<std::ptrdiff_t>(3 * voxels));
    const Volume one = apply_filter(filters[i], single);
    for (std::size_t k = 0; k < voxels; ++k) {
      ASSERT_EQ(one.values[k], whole.values[2 * voxels + k]) << "filter " << i;
    }
  }
}

}  // namespace
}  // namespace glisson::engine
