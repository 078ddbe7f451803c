#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

/// The grey level size zone matrix: P(i, j) is the number of zones (26-connected voxels of one grey level) of
/// grey level i and j voxels.
std::vector<GreyLevelExtent> size_zone_matrix(const GreyLevelRegion& region);

}  // namespace glisson::engine
