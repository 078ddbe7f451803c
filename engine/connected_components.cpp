#include "engine/connected_components.hpp"

#include <algorithm>
#include <vector>

namespace glisson::engine {
namespace {

/// Grows the component of `seed`, taking its voxels out of `left`.
std::vector<std::size_t> grow(std::size_t seed, const Grid& grid, std::vector<std::uint8_t>& left) {
  const auto width = static_cast<std::size_t>(grid.size[0]);
  const auto height = static_cast<std::size_t>(grid.size[1]);
  std::vector<std::size_t> component{seed};
  left[seed] = 0;
  for (std::size_t next = 0; next < component.size(); ++next) {
    const std::size_t offset = component[next];
    const int x = static_cast<int>(offset % width);
    const int y = static_cast<int>(offset / width % height);
    const int z = static_cast<int>(offset / width / height);
    for (int w = std::max(z - 1, 0); w <= std::min(z + 1, grid.size[2] - 1); ++w) {
      for (int v = std::max(y - 1, 0); v <= std::min(y + 1, grid.size[1] - 1); ++v) {
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, grid.size[0] - 1); ++u) {
          const std::size_t neighbour = grid.offset(u, v, w);
          if (left[neighbour] == 0) continue;
          left[neighbour] = 0;
          component.push_back(neighbour);
        }
      }
    }
  }
  return component;
}

}  // namespace

Mask largest_component(const Mask& mask) {
  std::vector<std::uint8_t> left = mask.voxels;
  std::vector<std::size_t> largest;
  for (std::size_t seed = 0; seed < left.size(); ++seed) {
    if (left[seed] == 0) continue;
    auto component = grow(seed, mask.grid, left);
    if (component.size() > largest.size()) largest = std::move(component);
  }
  Mask result{mask.grid, std::vector<std::uint8_t>(mask.voxels.size())};
  for (const std::size_t offset : largest) result.voxels[offset] = 1;
  return result;
}

}  // namespace glisson::engine
