#pragma once

#include "engine/extraction_protocol.hpp"
#include "engine/feature.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// Computes the features of one region as the protocol says.
/// @param volume the image; intensities in the unit of the modality (HU for CT).
/// @param mask the region, on the grid of the volume.
/// @return every feature of the protocol's classes, sorted by name; undefined ones carry a reason.
/// @throws RejectedInput empty_region when no voxel is inside (after resampling, too).
/// @throws std::logic_error when the grids differ.
FeatureVector extract_features(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol);

}  // namespace glisson::engine
