#include "engine/cooccurrences.hpp"

namespace glisson::engine {

Eigen::MatrixXd cooccurrence_matrix(const GreyLevelRegion& region, const Direction& direction) {
  const std::ptrdiff_t step =
      direction[0] * region.stride[0] + direction[1] * region.stride[1] + direction[2] * region.stride[2];
  const auto levels = static_cast<Eigen::Index>(region.grey_levels.size());
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(levels, levels);
  region.for_each_voxel([&](std::size_t position) {
    const std::uint16_t* voxel = region.levels.data() + position;
    if (voxel[step] != 0) matrix(*voxel - 1, voxel[step] - 1) += 1;
  });
  return matrix + matrix.transpose();
}

}  // namespace glisson::engine
