#pragma once

#include <Eigen/Core>
#include <vector>

#include "engine/features/discretisation.hpp"

namespace glisson::engine {

/// The symmetric grey level co-occurrence matrix of one direction: how often a voxel of grey_levels[i] has a
/// voxel of grey_levels[j] next to it, in the direction or against it. All zero where no voxel has such a
/// neighbour.
/// @param rows rows_inside(region), for those who ask for several directions.
Eigen::MatrixXd cooccurrence_matrix(const GreyLevelRegion& region, const Direction& direction,
                                    const std::vector<RowSpan>& rows);
Eigen::MatrixXd cooccurrence_matrix(const GreyLevelRegion& region, const Direction& direction);

}  // namespace glisson::engine
