#include "engine/features/ibsi_discretisation.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/errors.hpp"

namespace glisson::engine {
namespace {

constexpr double highest_grey_level = 1e6;
constexpr std::size_t most_grey_levels = 1024;

// An empty region of `size` whose matrices have a row for each of `grey_levels`.
GreyLevelRegion empty_region(const std::array<int, 3>& size, const std::vector<int>& grey_levels) {
  GreyLevelRegion region;
  region.size = size;
  const std::ptrdiff_t row = size[0] + 2;
  region.stride = {1, row, row * (size[1] + 2)};
  region.levels.assign(static_cast<std::size_t>(region.stride[2] * (size[2] + 2)), 0);
  region.grey_levels = grey_levels;
  region.voxels.assign(grey_levels.size(), 0);
  return region;
}

void add_voxel(GreyLevelRegion& region, std::size_t offset, std::size_t level_index) {
  region.levels[offset] = static_cast<std::uint16_t>(level_index + 1);
  ++region.voxels[level_index];
  ++region.voxel_count;
}

}  // namespace

std::vector<int> grey_levels_of(const Region& region, const IbsiDiscretisation& discretisation,
                                const std::optional<IntensityRange>& range) {
  const auto extremes = std::minmax_element(region.intensities.begin(), region.intensities.end());
  const double lowest = *extremes.first;
  const double highest = *extremes.second;
  if (!std::ranges::all_of(region.intensities, [](float x) { return std::isfinite(x); })) {
    throw RejectedInput(RejectionReason::intensities_not_finite, "an intensity of the region is not finite");
  }
  std::vector<int> levels(region.intensities.size(), 1);
  if (const auto* size = std::get_if<FixedBinSize>(&discretisation)) {
    if (!(size->width > 0)) throw std::logic_error("the bin width must be greater than 0");
    const double lower = range ? range->lower : lowest;
    if (!((highest - lower) / size->width < highest_grey_level)) {
      throw RejectedInput(
          RejectionReason::too_many_grey_levels,
          "intensities spread over more than a million grey levels of width " + std::to_string(size->width));
    }
    std::transform(region.intensities.begin(), region.intensities.end(), levels.begin(),
                   [&](double x) { return static_cast<int>(std::floor((x - lower) / size->width)) + 1; });
    return levels;
  }
  const int count = std::get<FixedBinNumber>(discretisation).count;
  if (count < 1 || count > highest_grey_level) throw std::logic_error("no such number of grey levels");
  const double extent = highest - lowest;
  if (extent == 0) return levels;
  std::transform(region.intensities.begin(), region.intensities.end(), levels.begin(), [&](double x) {
    return std::min(count, static_cast<int>(std::floor(count * (x - lowest) / extent)) + 1);
  });
  return levels;
}

IbsiGreyLevels arrange(const Region& region, const std::vector<int>& levels) {
  std::vector<int> present = levels;
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  if (present.size() > most_grey_levels) {
    throw RejectedInput(RejectionReason::too_many_grey_levels,
                        std::to_string(present.size()) + " grey levels");
  }
  const auto& size = region.grid.size;
  IbsiGreyLevels result;
  result.volume = empty_region(size, present);
  std::size_t voxel = 0;
  std::size_t next = 0;
  for (int z = 0; z < size[2]; ++z) {
    GreyLevelRegion slice = empty_region({size[0], size[1], 1}, present);
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x, ++voxel) {
        if (region.inside[voxel] == 0) continue;
        const auto index = static_cast<std::size_t>(
            std::lower_bound(present.begin(), present.end(), levels[next++]) - present.begin());
        add_voxel(result.volume, result.volume.offset(x, y, z), index);
        add_voxel(slice, slice.offset(x, y, 0), index);
      }
    }
    if (slice.voxel_count == 0) continue;
    result.slices.push_back(std::move(slice));
    result.slice_of.push_back(z);
  }
  return result;
}

}  // namespace glisson::engine
