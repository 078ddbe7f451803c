#pragma once

#include <optional>

#include "engine/extraction_protocol.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// The part of an image around a region, in mm, on which the features of the settings depend: what their
/// filters reach and the sphere of local intensity. None: the whole image.
/// @param image before interpolation.
/// @throws RejectedInput too_much_memory where the interpolated image would have more than 400 million
/// voxels.
std::optional<double> needed_margin(const IbsiExtraction& extraction, const Grid& image);

}  // namespace glisson::engine
