#pragma once

#include "engine/features/ibsi_settings.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// What IBSI's processing makes of an image and a region, all on one grid.
struct IbsiImage {
  Volume volume;            ///< Interpolated and, where asked for, rounded.
  Mask morphological_mask;  ///< The interpolated region: its outline.
  Mask intensity_mask;      ///< The voxels of the region that re-segmentation leaves.
};

/// Interpolates image and mask, rounds the intensities, and re-segments the intensity mask. A filter, where
/// there is one, belongs between this and extract_ibsi_features: it replaces `volume`, and the masks stay.
/// @throws RejectedInput empty_region when no voxel is inside (after interpolation, too),
/// nothing_left_by_resegmentation,
///         too_much_memory when the interpolated image is absurdly large, intensities_not_finite when an
///         intensity of the region is not finite.
/// @throws std::logic_error when the grids of volume and mask differ.
IbsiImage process_ibsi_image(const Volume& volume, const Mask& mask, const IbsiSettings& settings);

}  // namespace glisson::engine
