#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

/// How many zones, connected voxels of one grey level (26 neighbours), there are of each grey level and
/// extent.
/// @param initial extent of a zone without voxels.
/// @param extended int(int extent, std::size_t voxel): the extent with one more voxel, by its offset into
/// levels.
template <typename Extended>
std::vector<GreyLevelExtent> zone_matrix(const GreyLevelRegion& region, int initial, Extended extended) {
  const auto offsets = neighbour_offsets(region);
  std::vector<std::uint16_t> unvisited = region.levels;
  std::vector<std::size_t> pending;
  std::map<std::pair<std::uint16_t, int>, std::size_t> zones;
  region.for_each_voxel([&](std::size_t seed) {
    const std::uint16_t level = unvisited[seed];
    if (level == 0) return;
    unvisited[seed] = 0;
    pending.push_back(seed);
    int extent = initial;
    while (!pending.empty()) {
      const std::size_t voxel = pending.back();
      pending.pop_back();
      extent = extended(extent, voxel);
      for (const std::ptrdiff_t offset : offsets) {
        const auto neighbour = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(voxel) + offset);
        if (unvisited[neighbour] != level) continue;
        unvisited[neighbour] = 0;
        pending.push_back(neighbour);
      }
    }
    ++zones[{level, extent}];
  });
  std::vector<GreyLevelExtent> matrix;
  matrix.reserve(zones.size());
  for (const auto& [zone, count] : zones) {
    matrix.push_back(
        {region.grey_levels[zone.first - std::size_t{1}], zone.second, static_cast<double>(count)});
  }
  return matrix;
}

}  // namespace glisson::engine
