#pragma once

#include <cstdint>
#include <vector>

#include "engine/volume.hpp"

namespace glisson::engine {

/// The exact Euclidean distance transform: for each voxel the square of the distance, in mm^2, from its
/// centre to the centre of the nearest voxel that is marked; 0 for marked voxels, infinite where none is
/// marked. Separable lower envelope of parabolas, linear in the number of voxels (Felzenszwalb and
/// Huttenlocher 2012, 10.4086/toc.2012.v008a019), each axis with its own spacing.
/// @param marked 1 or 0, grid.voxel_count() values, x fastest.
/// @throws std::logic_error when `marked` does not fill the grid.
std::vector<double> squared_distances(const Grid& grid, const std::vector<std::uint8_t>& marked);

}  // namespace glisson::engine
