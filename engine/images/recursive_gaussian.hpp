#pragma once

#include "engine/images/image_types.hpp"

namespace glisson::engine {

/// compute_responses() for LaplacianOfGaussian.
void compute_laplacian_of_gaussian(const LaplacianOfGaussian& type, const Volume& volume,
                                   const BoundingBox& part, const RowSink& sink);

}  // namespace glisson::engine
