#include "engine/features/tone_differences.hpp"

#include <cmath>

namespace glisson::engine {

std::vector<ToneDifference> tone_difference_matrix(const GreyLevelRegion& region) {
  const auto offsets = neighbour_offsets(region);
  // The grey level of each value in `levels`; 0 for outside, which then adds nothing to a sum.
  std::vector<int> level_of{0};
  level_of.insert(level_of.end(), region.grey_levels.begin(), region.grey_levels.end());
  std::vector<double> differences(level_of.size(), 0.0);
  bool neighbours = false;
  region.for_each_voxel([&](std::size_t position) {
    const std::uint16_t* voxel = region.levels.data() + position;
    int sum = 0;
    int count = 0;
    for (const std::ptrdiff_t offset : offsets) {
      sum += level_of[voxel[offset]];
      count += voxel[offset] != 0 ? 1 : 0;
    }
    if (count == 0) return;
    neighbours = true;
    differences[*voxel] += std::abs(level_of[*voxel] - static_cast<double>(sum) / count);
  });
  std::vector<ToneDifference> matrix;
  if (!neighbours) return matrix;
  for (std::size_t i = 0; i < region.grey_levels.size(); ++i) {
    matrix.push_back({static_cast<double>(region.grey_levels[i]),
                      static_cast<double>(region.voxels[i]) / static_cast<double>(region.voxel_count),
                      differences[i + 1]});
  }
  return matrix;
}

}  // namespace glisson::engine
