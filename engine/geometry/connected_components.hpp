#pragma once

#include "engine/volume.hpp"

namespace glisson::engine {

/// The largest connected component of a mask: voxels hang together where they share a face, an edge or a
/// corner (26 neighbours). Of components of equal size the one whose first voxel comes first in memory order.
/// @return a mask without voxels where `mask` has none.
Mask largest_component(const Mask& mask);

}  // namespace glisson::engine
