#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

/// The grey level dependence matrix: P(i, j) is the number of voxels of grey level i of whose 26 neighbours j
/// - 1 have the same grey level.
std::vector<GreyLevelExtent> dependence_matrix(const GreyLevelRegion& region);

}  // namespace glisson::engine
