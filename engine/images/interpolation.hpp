#pragma once

#include <vector>

#include "engine/region.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// How the value between voxels is found.
enum class Interpolation {
  nearest,       ///< The nearest voxel.
  linear,        ///< Between the two nearest voxels along each axis.
  cubic_spline,  ///< Cubic B-spline through all voxels, mirrored at the image's edges (Unser et al. 1993).
};

/// The grid of `spacing` that covers the image and has the same centre (IBSI: alignment by grid centres):
///   n' = ceil(n s / s')
/// @param spacing mm along x, y, z; greater than 0.
/// @throws RejectedInput too_much_memory when the grid exceeds 400 million voxels.
Grid centred_grid(const Grid& grid, const Vector3& spacing);

/// The values of an image at the voxels of another grid, whose axes must have the same directions. Beyond the
/// outermost voxels the nearest of them continues (nearest, linear), or their mirror image (cubic_spline).
/// @param part of the new grid that is wanted; its values are the same as those of the whole.
/// @throws std::logic_error when the directions differ or `values` does not fill its grid.
std::vector<float> interpolate(const std::vector<float>& values, const Grid& from, const Grid& to,
                               const BoundingBox& part, Interpolation interpolation);

/// The same for the whole of the new grid.
std::vector<float> interpolate(const std::vector<float>& values, const Grid& from, const Grid& to,
                               Interpolation interpolation);

}  // namespace glisson::engine
