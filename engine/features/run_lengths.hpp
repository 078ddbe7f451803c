#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

/// The grey level run length matrix of one direction: P(i, j) is the number of runs of j voxels of grey level
/// i. Empty where no two voxels of the region lie on one line of that direction, even with a gap between them
/// (PyRadiomics' rule: seen along it, the region is flat).
/// @param rows rows_inside(region), for those who ask for several directions.
std::vector<GreyLevelExtent> run_length_matrix(const GreyLevelRegion& region, const Direction& direction,
                                               const std::vector<RowSpan>& rows);
std::vector<GreyLevelExtent> run_length_matrix(const GreyLevelRegion& region, const Direction& direction);

}  // namespace glisson::engine
