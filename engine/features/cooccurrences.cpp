#include "engine/features/cooccurrences.hpp"

#include <array>
#include <cstdint>

namespace glisson::engine {

Eigen::MatrixXd cooccurrence_matrix(const GreyLevelRegion& region, const Direction& direction) {
  return cooccurrence_matrix(region, direction, rows_inside(region));
}

Eigen::MatrixXd cooccurrence_matrix(const GreyLevelRegion& region, const Direction& direction,
                                    const std::vector<RowSpan>& rows) {
  const std::ptrdiff_t step =
      direction[0] * region.stride[0] + direction[1] * region.stride[1] + direction[2] * region.stride[2];
  // Row and column 0 take the pairs with a voxel outside, so that no branch depends on the region.
  // Neighbouring voxels count in different tables: the same pair often follows itself, and would wait for its
  // own count.
  const std::size_t size = region.grey_levels.size() + 1;
  std::array<std::vector<std::uint32_t>, 2> counts;
  for (auto& table : counts) table.assign(size * size, 0);
  std::uint32_t* even = counts[0].data();
  std::uint32_t* odd = counts[1].data();
  for (const RowSpan& row : rows) {
    const std::uint16_t* voxel = region.levels.data() + row.begin;
    const std::uint16_t* neighbour = voxel + step;
    std::size_t i = 0;
    for (; i + 2 <= row.count; i += 2) {
      ++even[voxel[i] * size + neighbour[i]];
      ++odd[voxel[i + 1] * size + neighbour[i + 1]];
    }
    if (i < row.count) ++even[voxel[i] * size + neighbour[i]];
  }
  const auto levels = static_cast<Eigen::Index>(region.grey_levels.size());
  Eigen::MatrixXd matrix(levels, levels);
  for (std::size_t i = 1; i < size; ++i) {
    for (std::size_t j = 1; j < size; ++j) {
      const std::uint32_t pairs =
          even[i * size + j] + odd[i * size + j] + even[j * size + i] + odd[j * size + i];
      matrix(static_cast<Eigen::Index>(i - 1), static_cast<Eigen::Index>(j - 1)) = pairs;
    }
  }
  return matrix;
}

}  // namespace glisson::engine
