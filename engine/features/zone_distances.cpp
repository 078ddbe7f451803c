#include "engine/features/zone_distances.hpp"

#include <algorithm>
#include <limits>

#include "engine/features/zones.hpp"

namespace glisson::engine {

std::vector<int> border_distances(std::span<const std::uint8_t> inside, const std::array<int, 3>& size,
                                  bool in_plane) {
  const std::size_t row = static_cast<std::size_t>(size[0]) + 2;
  const std::size_t plane = row * (static_cast<std::size_t>(size[1]) + 2);
  std::vector<int> distances(plane * (static_cast<std::size_t>(size[2]) + 2), 0);
  std::vector<std::size_t> voxels;
  std::size_t voxel = 0;
  for (int z = 1; z <= size[2]; ++z) {
    for (int y = 1; y <= size[1]; ++y) {
      for (int x = 1; x <= size[0]; ++x, ++voxel) {
        if (inside[voxel] == 0) continue;
        voxels.push_back(static_cast<std::size_t>(z) * plane + static_cast<std::size_t>(y) * row +
                         static_cast<std::size_t>(x));
        distances[voxels.back()] = std::numeric_limits<int>::max() - 1;
      }
    }
  }
  // A shortest way out turns nowhere, so one sweep from each end finds it.
  const auto shorten = [&](std::size_t v, std::size_t neighbour) {
    distances[v] = std::min(distances[v], distances[neighbour] + 1);
  };
  for (const std::size_t v : voxels) {
    shorten(v, v - 1);
    shorten(v, v - row);
    if (!in_plane) shorten(v, v - plane);
  }
  for (auto v = voxels.rbegin(); v != voxels.rend(); ++v) {
    shorten(*v, *v + 1);
    shorten(*v, *v + row);
    if (!in_plane) shorten(*v, *v + plane);
  }
  return distances;
}

std::vector<GreyLevelExtent> distance_zone_matrix(const GreyLevelRegion& region,
                                                  const std::vector<int>& distances) {
  return zone_matrix(region, std::numeric_limits<int>::max(),
                     [&](int nearest, std::size_t voxel) { return std::min(nearest, distances[voxel]); });
}

}  // namespace glisson::engine
