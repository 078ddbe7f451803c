#include "engine/features/zone_sizes.hpp"

#include <map>
#include <utility>

namespace glisson::engine {

std::vector<GreyLevelExtent> size_zone_matrix(const GreyLevelRegion& region) {
  const auto offsets = neighbour_offsets(region);
  std::vector<std::uint16_t> unvisited = region.levels;
  std::vector<std::size_t> pending;
  std::map<std::pair<std::uint16_t, int>, std::size_t> zones;
  region.for_each_voxel([&](std::size_t seed) {
    const std::uint16_t level = unvisited[seed];
    if (level == 0) return;
    unvisited[seed] = 0;
    pending.push_back(seed);
    int size = 0;
    while (!pending.empty()) {
      const auto voxel = static_cast<std::ptrdiff_t>(pending.back());
      pending.pop_back();
      ++size;
      for (const std::ptrdiff_t offset : offsets) {
        const auto neighbour = static_cast<std::size_t>(voxel + offset);
        if (unvisited[neighbour] != level) continue;
        unvisited[neighbour] = 0;
        pending.push_back(neighbour);
      }
    }
    ++zones[{level, size}];
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
