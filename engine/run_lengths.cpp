#include "engine/run_lengths.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace glisson::engine {
namespace {

// Where the line through a voxel in a direction enters the bounding box.
std::array<int, 3> line_start(const std::array<int, 3>& voxel, const Direction& direction,
                              const std::array<int, 3>& size) {
  int steps = std::numeric_limits<int>::max();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (direction[axis] > 0) steps = std::min(steps, voxel[axis]);
    if (direction[axis] < 0) steps = std::min(steps, size[axis] - 1 - voxel[axis]);
  }
  return {voxel[0] - steps * direction[0], voxel[1] - steps * direction[1], voxel[2] - steps * direction[2]};
}

bool two_voxels_on_one_line(const GreyLevelRegion& region, const Direction& direction) {
  std::vector<std::array<int, 3>> starts;
  starts.reserve(region.voxel_count);
  for (int z = 0; z < region.size[2]; ++z) {
    for (int y = 0; y < region.size[1]; ++y) {
      for (int x = 0; x < region.size[0]; ++x) {
        if (region.levels[region.offset(x, y, z)] == 0) continue;
        starts.push_back(line_start({x, y, z}, direction, region.size));
      }
    }
  }
  std::sort(starts.begin(), starts.end());
  return std::adjacent_find(starts.begin(), starts.end()) != starts.end();
}

}  // namespace

std::vector<GreyLevelExtent> run_length_matrix(const GreyLevelRegion& region, const Direction& direction) {
  const std::ptrdiff_t step =
      direction[0] * region.stride[0] + direction[1] * region.stride[1] + direction[2] * region.stride[2];
  const auto longest = static_cast<std::size_t>(*std::max_element(region.size.begin(), region.size.end()));
  std::vector<std::size_t> counts(region.grey_levels.size() * longest, 0);
  bool neighbours = false;
  region.for_each_voxel([&](std::size_t first) {
    const std::uint16_t* voxel = region.levels.data() + first;
    const std::uint16_t level = *voxel;
    if (voxel[-step] != 0) neighbours = true;
    if (voxel[-step] == level) return;  // counted with the run's first voxel
    std::size_t length = 1;
    while (*(voxel += step) == level) ++length;
    ++counts[(level - std::size_t{1}) * longest + length - 1];
  });
  std::vector<GreyLevelExtent> matrix;
  if (!neighbours && !two_voxels_on_one_line(region, direction)) return matrix;
  for (std::size_t level = 0; level < region.grey_levels.size(); ++level) {
    for (std::size_t length = 0; length < longest; ++length) {
      const std::size_t count = counts[level * longest + length];
      if (count != 0) {
        matrix.push_back(
            {region.grey_levels[level], static_cast<int>(length + 1), static_cast<double>(count)});
      }
    }
  }
  return matrix;
}

}  // namespace glisson::engine
