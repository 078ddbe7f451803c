#include "engine/features/dependences.hpp"

#include <array>

namespace glisson::engine {

std::vector<GreyLevelExtent> dependence_matrix(const GreyLevelRegion& region) {
  const auto offsets = neighbour_offsets(region);
  std::vector<std::array<std::size_t, 27>> counts(region.grey_levels.size());
  region.for_each_voxel([&](std::size_t position) {
    const std::uint16_t* voxel = region.levels.data() + position;
    std::size_t equal = 0;
    for (const std::ptrdiff_t offset : offsets) equal += voxel[offset] == *voxel ? 1U : 0U;
    ++counts[*voxel - std::size_t{1}][equal];
  });
  std::vector<GreyLevelExtent> matrix;
  for (std::size_t level = 0; level < counts.size(); ++level) {
    for (std::size_t equal = 0; equal < counts[level].size(); ++equal) {
      const std::size_t count = counts[level][equal];
      if (count != 0) {
        matrix.push_back(
            {region.grey_levels[level], static_cast<int>(equal + 1), static_cast<double>(count)});
      }
    }
  }
  return matrix;
}

}  // namespace glisson::engine
