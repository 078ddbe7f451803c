#pragma once

#include <cstdint>

#include "engine/volume.hpp"

namespace glisson::dicom {

/// Contrast phases of the synthetic liver study.
enum class PhantomPhase { arterial, portal };

/// Segments of the synthetic liver study, by Segment Number.
enum PhantomSegment : int { phantom_liver = 1, phantom_lesion_1 = 2, phantom_lesion_2 = 3 };

/// The grid of both series: 128 x 128 x 36 voxels of 2.5 x 2.5 x 5 mm.
engine::Grid phantom_grid();

/// Intensities in HU (whole numbers) of one phase: body, fat, spine, aorta, spleen, an ellipsoidal liver and
/// in it two lesions that enhance in the arterial phase and wash out in the portal one. Texture and noise
/// come of integer hashes with a fixed seed, so that every machine gives the same values.
engine::Volume phantom_volume(PhantomPhase phase);

/// The voxels whose centre lies in the liver (lesions included) or in a lesion.
engine::Mask phantom_mask(PhantomSegment segment);

}  // namespace glisson::dicom
