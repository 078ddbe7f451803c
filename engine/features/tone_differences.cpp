#include "engine/features/tone_differences.hpp"

#include <cmath>

namespace glisson::engine {

void ToneDifferences::merge(const ToneDifferences& other) {
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    voxels[i] += other.voxels[i];
    differences[i] += other.differences[i];
  }
}

ToneDifferences tone_differences_of(const GreyLevelRegion& region) {
  const auto offsets = neighbour_offsets(region);
  // The grey level of each value in `levels`; 0 for outside, which then adds nothing to a sum.
  std::vector<int> level_of{0};
  level_of.insert(level_of.end(), region.grey_levels.begin(), region.grey_levels.end());
  const std::vector<double> zeros(region.grey_levels.size(), 0.0);
  ToneDifferences matrix{&region.grey_levels, zeros, zeros};
  region.for_each_voxel([&](std::size_t position) {
    const std::uint16_t* voxel = region.levels.data() + position;
    int sum = 0;
    int count = 0;
    for (const std::ptrdiff_t offset : offsets) {
      sum += level_of[voxel[offset]];
      count += voxel[offset] != 0 ? 1 : 0;
    }
    if (count == 0) return;
    const std::size_t row = *voxel - std::size_t{1};
    matrix.voxels[row] += 1;
    matrix.differences[row] += std::abs(level_of[*voxel] - static_cast<double>(sum) / count);
  });
  return matrix;
}

}  // namespace glisson::engine
