#pragma once

#include <array>

#include "engine/region.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// An image and its region on one new grid.
struct ResampledImage {
  Volume volume;
  Mask mask;
};

/// The grid to which PyRadiomics resamples a region (`resampledPixelSpacing`): aligned with that of the image
/// at the outer corner of voxel (0, 0, 0); it covers the region's bounding box, enlarged by `pad_distance`
/// new voxels, as far as the image goes. An axis along which the region is one voxel thick keeps its spacing.
/// Where no spacing changes, it is the grid of the whole image.
/// @param spacing of the new grid along x, y, z, in mm; greater than 0.
/// @param pad_distance in voxels of the new grid; 0 or more.
/// @throws RejectedInput too_much_memory when it exceeds 400 million voxels.
Grid resampled_grid(const Grid& image, const BoundingBox& region, std::array<double, 3> spacing,
                    int pad_distance);

/// The image on a resampled_grid(), interpolated by a cubic B-spline.
Volume resample(const Volume& volume, const Grid& grid);
/// The mask on a resampled_grid(), by its nearest voxel.
Mask resample(const Mask& mask, const Grid& grid);

/// Both, on the grid of the mask's bounding box.
/// @throws RejectedInput empty_region when the mask is empty, too_much_memory as above.
/// @throws std::logic_error when the grids of volume and mask differ.
ResampledImage resample(const Volume& volume, const Mask& mask, const std::array<double, 3>& spacing,
                        int pad_distance);

}  // namespace glisson::engine
