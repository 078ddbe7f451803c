#include "engine/geometry/connected_components.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace glisson::engine {
namespace {

/// A mask with a margin of one voxel that is outside, so that every voxel has all 26 neighbours in memory.
class PaddedMask {
 public:
  explicit PaddedMask(const Mask& mask)
      : row_(static_cast<std::size_t>(mask.grid.size[0]) + 2),
        plane_(row_ * (static_cast<std::size_t>(mask.grid.size[1]) + 2)),
        unvisited_(plane_ * (static_cast<std::size_t>(mask.grid.size[2]) + 2)) {
    for (int z = 0; z < mask.grid.size[2]; ++z) {
      for (int y = 0; y < mask.grid.size[1]; ++y) {
        const auto row = mask.voxels.begin() + static_cast<std::ptrdiff_t>(mask.grid.offset(0, y, z));
        std::copy_n(row, mask.grid.size[0],
                    unvisited_.begin() + static_cast<std::ptrdiff_t>(row_begin(y, z)));
      }
    }
    std::size_t neighbour = 0;
    for (const std::size_t z : {std::size_t{0}, plane_, 2 * plane_}) {
      for (const std::size_t y : {std::size_t{0}, row_, 2 * row_}) {
        for (std::size_t x = 0; x < 3; ++x) neighbours_[neighbour++] = z + y + x;
      }
    }
  }

  std::size_t row_begin(int y, int z) const {
    return (static_cast<std::size_t>(z) + 1) * plane_ + (static_cast<std::size_t>(y) + 1) * row_ + 1;
  }
  std::size_t voxel_count() const { return unvisited_.size(); }

  /// The voxels that hang together with this one and were not taken before.
  void take_component(std::size_t seed, std::vector<std::size_t>& component) {
    component.clear();
    take(seed, component);
    for (std::size_t next = 0; next < component.size(); ++next) {
      const std::size_t corner = component[next] - plane_ - row_ - 1;
      for (const std::size_t neighbour : neighbours_) take(corner + neighbour, component);
    }
  }

 private:
  void take(std::size_t voxel, std::vector<std::size_t>& component) {
    if (unvisited_[voxel] == 0) return;
    unvisited_[voxel] = 0;
    component.push_back(voxel);
  }

  std::size_t row_;
  std::size_t plane_;
  std::vector<std::uint8_t> unvisited_;
  std::array<std::size_t, 27> neighbours_{};  // from the voxel's lower corner, and the voxel itself
};

}  // namespace

Mask largest_component(const Mask& mask) {
  PaddedMask padded(mask);
  std::vector<std::size_t> largest;
  std::vector<std::size_t> component;
  for (std::size_t voxel = 0; voxel < padded.voxel_count(); ++voxel) {
    padded.take_component(voxel, component);
    if (component.size() > largest.size()) largest.swap(component);
  }
  std::sort(largest.begin(), largest.end());
  Mask result{mask.grid, std::vector<std::uint8_t>(mask.voxels.size())};
  auto next = largest.begin();
  for (int z = 0; z < mask.grid.size[2]; ++z) {
    for (int y = 0; y < mask.grid.size[1]; ++y) {
      const std::size_t begin = padded.row_begin(y, z);
      const std::size_t end = begin + static_cast<std::size_t>(mask.grid.size[0]);
      for (; next != largest.end() && *next < end; ++next)
        result.voxels[mask.grid.offset(0, y, z) + *next - begin] = 1;
    }
  }
  return result;
}

}  // namespace glisson::engine
