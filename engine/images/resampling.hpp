#pragma once

#include <array>

#include "engine/volume.hpp"

namespace glisson::engine {

/// An image and its region on one new grid.
struct ResampledImage {
  Volume volume;
  Mask mask;
};

/// Resamples the part of an image that holds the region as PyRadiomics does (`resampledPixelSpacing`): the
/// grids are aligned at the outer corner of voxel (0, 0, 0); the result covers the region's bounding box,
/// enlarged by `pad_distance` new voxels, as far as the image goes. The image is interpolated by a cubic
/// B-spline, the mask by its nearest voxel. An axis along which the region is one voxel thick keeps its
/// spacing.
/// @param spacing of the new grid along x, y, z, in mm; greater than 0.
/// @param pad_distance in voxels of the new grid; 0 or more.
/// @throws RejectedInput empty_region when the mask is empty, too_much_memory when the new grid exceeds 400
/// million
///         voxels.
/// @throws std::logic_error when the grids of volume and mask differ.
ResampledImage resample(const Volume& volume, const Mask& mask, const std::array<double, 3>& spacing,
                        int pad_distance);

}  // namespace glisson::engine
