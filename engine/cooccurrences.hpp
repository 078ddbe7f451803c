#pragma once

#include <Eigen/Core>

#include "engine/discretisation.hpp"

namespace glisson::engine {

/// The symmetric grey level co-occurrence matrix of one direction: how often a voxel of grey_levels[i] has a
/// voxel of grey_levels[j] next to it, in the direction or against it. All zero where no voxel has such a
/// neighbour.
Eigen::MatrixXd cooccurrence_matrix(const GreyLevelRegion& region, const Direction& direction);

}  // namespace glisson::engine
