#include "engine/discretisation.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/errors.hpp"

namespace glisson::engine {
namespace {

// Beyond these, co-occurrence matrices and their marginals exceed what a job may take; no published protocol
// comes near.
constexpr std::size_t most_grey_levels = 1024;
constexpr double highest_grey_level = 1e6;
constexpr double largest_bin_index = 1e15;  // bins beyond are finer than a double resolves

// Index of the bin [k w, (k + 1) w) that holds x; the quotient alone may round across an edge.
std::int64_t bin_index(double x, double width) {
  auto bin = static_cast<std::int64_t>(std::floor(x / width));
  if (x < static_cast<double>(bin) * width) --bin;
  if (x >= static_cast<double>(bin + 1) * width) ++bin;
  return bin;
}

}  // namespace

std::vector<Direction> directions(const std::array<int, 3>& size) {
  std::vector<Direction> result;
  for (int z = 0; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        const bool first_of_pair = z > 0 || (z == 0 && (y > 0 || (y == 0 && x > 0)));
        const bool fits = std::abs(x) < size[0] && std::abs(y) < size[1] && z < size[2];
        if (first_of_pair && fits) result.push_back({x, y, z});
      }
    }
  }
  return result;
}

std::array<std::ptrdiff_t, 26> neighbour_offsets(const GreyLevelRegion& region) {
  std::array<std::ptrdiff_t, 26> offsets{};
  std::size_t next = 0;
  for (int z = -1; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        if (x == 0 && y == 0 && z == 0) continue;
        offsets[next++] = x * region.stride[0] + y * region.stride[1] + z * region.stride[2];
      }
    }
  }
  return offsets;
}

GreyLevelRegion discretise(const Region& region, double bin_width) {
  if (!(bin_width > 0)) throw std::logic_error("the bin width must be greater than 0");
  const auto [lowest, highest] = std::minmax_element(region.intensities.begin(), region.intensities.end());
  const double range = (static_cast<double>(*highest) - *lowest) / bin_width;
  const double farthest = std::max(std::abs(*lowest), std::abs(*highest)) / bin_width;
  if (range > highest_grey_level || farthest > largest_bin_index) {
    throw RejectedInput(
        RejectionReason::too_much_memory,
        "intensities spread over more than a million grey levels of width " + std::to_string(bin_width));
  }
  std::vector<std::int64_t> bins(region.intensities.size());
  std::transform(region.intensities.begin(), region.intensities.end(), bins.begin(),
                 [bin_width](float x) { return bin_index(x, bin_width); });
  std::vector<std::int64_t> present = bins;
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  if (present.size() > most_grey_levels) {
    throw RejectedInput(
        RejectionReason::too_much_memory,
        std::to_string(present.size()) + " grey levels at bin width " + std::to_string(bin_width));
  }

  GreyLevelRegion result;
  result.size = region.grid.size;
  const std::ptrdiff_t row = result.size[0] + 2;
  result.stride = {1, row, row * (result.size[1] + 2)};
  result.levels.assign(static_cast<std::size_t>(result.stride[2] * (result.size[2] + 2)), 0);
  for (const std::int64_t bin : present) {
    result.grey_levels.push_back(static_cast<int>(bin - present.front() + 1));
  }
  result.voxels.assign(present.size(), 0);
  result.voxel_count = bins.size();

  std::size_t voxel = 0;
  std::size_t next = 0;
  for (int z = 0; z < result.size[2]; ++z) {
    for (int y = 0; y < result.size[1]; ++y) {
      std::size_t target = result.offset(0, y, z);
      for (int x = 0; x < result.size[0]; ++x, ++voxel, ++target) {
        if (region.inside[voxel] == 0) continue;
        const auto level = static_cast<std::size_t>(
            std::lower_bound(present.begin(), present.end(), bins[next++]) - present.begin());
        result.levels[target] = static_cast<std::uint16_t>(level + 1);
        ++result.voxels[level];
      }
    }
  }
  return result;
}

}  // namespace glisson::engine
