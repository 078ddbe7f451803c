#include "engine/features/discretisation.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/errors.hpp"

namespace glisson::engine {
namespace {

constexpr std::size_t most_grey_levels = 65534;  // what GreyLevelRegion::levels can tell apart
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
void require_finite(std::span<const Value> intensities) {
  // What is not finite would index whatever lies beside the counts of bins.
  if (!std::ranges::all_of(intensities, [](Value x) { return std::isfinite(x); })) {
    throw RejectedInput(RejectionReason::intensities_not_finite, "an intensity of the region is not finite");
  }
}

// @param bins of the voxels inside, from 0 to `count` - 1.
GreyLevelRegion arranged(const Region& region, const std::vector<std::int32_t>& bins, std::size_t count) {
  std::vector<std::size_t> counts(count, 0);
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
    throw RejectedInput(RejectionReason::too_many_grey_levels,
                        std::to_string(result.grey_levels.size()) + " grey levels");
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

template <typename Value>
GreyLevelRegion by_width(const Region& region, std::span<const Value> intensities, double bin_width) {
  if (!(bin_width > 0)) throw std::logic_error("the bin width must be greater than 0");
  require_finite(intensities);
  const auto [lowest, highest] = std::minmax_element(intensities.begin(), intensities.end());
  const double range = (static_cast<double>(*highest) - static_cast<double>(*lowest)) / bin_width;
  const double farthest = static_cast<double>(std::max(std::abs(*lowest), std::abs(*highest))) / bin_width;
  if (!(range <= highest_grey_level) || !(farthest <= largest_bin_index)) {
    throw RejectedInput(
        RejectionReason::too_many_grey_levels,
        "intensities spread over more than a million grey levels of width " + std::to_string(bin_width));
  }
  const std::int64_t first_bin = bin_index(*lowest, bin_width);
  const auto count = static_cast<std::size_t>(bin_index(*highest, bin_width) - first_bin) + 1;
  return arranged(region, bins_of(intensities, bin_width, first_bin), count);
}

// The edges of numpy.histogram(), the highest of which PyRadiomics raises by 1.
template <typename Value>
std::vector<Value> edges_of(std::span<const Value> intensities, int bin_count) {
  const auto extremes = std::minmax_element(intensities.begin(), intensities.end());
  double lowest = *extremes.first;
  double highest = *extremes.second;
  if (lowest == highest) {
    lowest -= 0.5;
    highest += 0.5;
  }
  const double step = (highest - lowest) / bin_count;
  std::vector<Value> edges;
  for (int i = 0; i < bin_count; ++i) edges.push_back(static_cast<Value>(i * step + lowest));
  edges.push_back(static_cast<Value>(highest) + 1);
  return edges;
}

template <typename Value>
GreyLevelRegion by_count(const Region& region, std::span<const Value> intensities, int bin_count) {
  if (bin_count < 1 || static_cast<std::size_t>(bin_count) > most_grey_levels)
    throw std::logic_error("no such number of grey levels");
  require_finite(intensities);
  const std::vector<Value> edges = edges_of(intensities, bin_count);
  std::vector<std::int32_t> bins(intensities.size());
  std::ranges::transform(intensities, bins.begin(), [&](Value x) {
    const auto above = std::ranges::upper_bound(edges, x) - edges.begin();
    return static_cast<std::int32_t>(std::clamp<std::ptrdiff_t>(above - 1, 0, bin_count - 1));
  });
  return arranged(region, bins, static_cast<std::size_t>(bin_count));
}

}  // namespace

GreyLevelRegion discretise(const Region& region, double bin_width) {
  return by_width(region, std::span<const float>(region.intensities), bin_width);
}

GreyLevelRegion discretise(const Region& region, std::span<const double> intensities, double bin_width) {
  return by_width(region, intensities, bin_width);
}

GreyLevelRegion discretise_by_count(const Region& region, int bin_count) {
  return by_count(region, std::span<const float>(region.intensities), bin_count);
}

GreyLevelRegion discretise_by_count(const Region& region, std::span<const double> intensities,
                                    int bin_count) {
  return by_count(region, intensities, bin_count);
}

}  // namespace glisson::engine
