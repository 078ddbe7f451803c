#pragma once

#include "engine/images/image_types.hpp"

namespace glisson::engine {

/// The largest |F| of an image.
double largest_magnitude(const Volume& volume);

/// The response of an image type that changes each intensity by itself, in double precision as PyRadiomics
/// computes these.
/// @param largest M, the largest |F| of the image; where it is 0, so is every response (1 for Exponential).
double transformed(const Original& type, double intensity, double largest);
double transformed(const Square& type, double intensity, double largest);
double transformed(const SquareRoot& type, double intensity, double largest);
double transformed(const Logarithm& type, double intensity, double largest);
double transformed(const Exponential& type, double intensity, double largest);

/// compute_responses() for Gradient.
void compute_gradient_magnitude(const Volume& volume, const BoundingBox& part, const RowSink& sink);

}  // namespace glisson::engine
