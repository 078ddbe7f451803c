#pragma once

#include "engine/images/image_types.hpp"

namespace glisson::engine {

/// compute_responses() for Wavelet.
void compute_wavelet_responses(const Wavelet& type, const Volume& volume, const BoundingBox& part,
                               const RowSink& sink);

}  // namespace glisson::engine
