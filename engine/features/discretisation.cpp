#include "engine/features/discretisation.hpp"

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

std::vector<RowSpan> rows_inside(const GreyLevelRegion& region) {
  std::vector<RowSpan> rows;
  for (int z = 0; z < region.size[2]; ++z) {
    for (int y = 0; y < region.size[1]; ++y) {
      const auto row = region.levels.begin() + static_cast<std::ptrdiff_t>(region.offset(0, y, z));
      const auto end = row + region.size[0];
      const auto is_inside = [](std::uint16_t level) { return level != 0; };
      const auto first = std::find_if(row, end, is_inside);
      if (first == end) continue;
      const auto last =
          std::find_if(std::make_reverse_iterator(end), std::make_reverse_iterator(first), is_inside);
      rows.push_back({static_cast<std::size_t>(first - region.levels.begin()),
                      static_cast<std::size_t>(last.base() - first), z});
    }
  }
  return rows;
}

namespace {

// Index of the bin [k w, (k + 1) w) of each intensity, counted from the bin `lowest`.
template <typename Value>
std::vector<std::int32_t> bins_of(std::span<const Value> intensities, double width, std::int64_t lowest) {
  std::vector<std::int32_t> bins(intensities.size());
  const auto base = static_cast<double>(lowest);
  const Value* x = intensities.data();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    // Truncated, and the quotient rounded: one off at most, which the bin's edges set right.
    const double bin = static_cast<double>(static_cast<std::int32_t>(x[i] / width - base));
    const double below = x[i] < (base + bin) * width ? 1 : 0;
    const double above = x[i] >= (base + bin + 1) * width ? 1 : 0;
    bins[i] = static_cast<std::int32_t>(bin - below + above);
  }
  return bins;
}

template <typename Value>
GreyLevelRegion grey_levels_of(const Region& region, std::span<const Value> intensities, double bin_width) {
  if (!(bin_width > 0)) throw std::logic_error("the bin width must be greater than 0");
  const auto [lowest, highest] = std::minmax_element(intensities.begin(), intensities.end());
  const double range = (static_cast<double>(*highest) - static_cast<double>(*lowest)) / bin_width;
  const double farthest = static_cast<double>(std::max(std::abs(*lowest), std::abs(*highest))) / bin_width;
  if (range > highest_grey_level || farthest > largest_bin_index) {
    throw RejectedInput(
        RejectionReason::too_much_memory,
        "intensities spread over more than a million grey levels of width " + std::to_string(bin_width));
  }
  const std::int64_t first_bin = bin_index(*lowest, bin_width);
  const std::vector<std::int32_t> bins = bins_of(intensities, bin_width, first_bin);
  std::vector<std::size_t> counts(static_cast<std::size_t>(bin_index(*highest, bin_width) - first_bin) + 1,
                                  0);
  for (const std::int32_t bin : bins) ++counts[static_cast<std::size_t>(bin)];

  GreyLevelRegion result;
  result.size = region.grid.size;
  std::vector<std::uint16_t> level_of(counts.size(), 0);
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    if (counts[bin] == 0) continue;
    result.grey_levels.push_back(static_cast<int>(bin + 1));
    result.voxels.push_back(counts[bin]);
    level_of[bin] = static_cast<std::uint16_t>(result.grey_levels.size());
  }
  if (result.grey_levels.size() > most_grey_levels) {
    throw RejectedInput(
        RejectionReason::too_much_memory,
        std::to_string(result.grey_levels.size()) + " grey levels at bin width " + std::to_string(bin_width));
  }
  const std::ptrdiff_t row = result.size[0] + 2;
  result.stride = {1, row, row * (result.size[1] + 2)};
  result.levels.assign(static_cast<std::size_t>(result.stride[2] * (result.size[2] + 2)), 0);
  result.voxel_count = bins.size();

  const std::uint8_t* inside = region.inside.data();
  const std::int32_t* next = bins.data();
  for (int z = 0; z < result.size[2]; ++z) {
    for (int y = 0; y < result.size[1]; ++y) {
      std::uint16_t* target = result.levels.data() + result.offset(0, y, z);
      const std::uint8_t* end = inside + result.size[0];
      while (inside != end) {
        const std::uint8_t* first = std::find(inside, end, std::uint8_t{1});
        const std::uint8_t* last = std::find(first, end, std::uint8_t{0});
        target += first - inside;
        for (const std::uint8_t* voxel = first; voxel != last; ++voxel) {
          *target++ = level_of[static_cast<std::size_t>(*next++)];
        }
        inside = last;
      }
    }
  }
  return result;
}

}  // namespace

GreyLevelRegion discretise(const Region& region, double bin_width) {
  return grey_levels_of(region, std::span<const float>(region.intensities), bin_width);
}

GreyLevelRegion discretise(const Region& region, std::span<const double> intensities, double bin_width) {
  return grey_levels_of(region, intensities, bin_width);
}

}  // namespace glisson::engine
