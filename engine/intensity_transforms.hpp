#pragma once

#include "engine/image_types.hpp"

namespace glisson::engine {

/// The largest |F| of an image.
double largest_magnitude(const Volume& volume);

/// The response of an image type that changes each intensity by itself.
/// @param largest M, the largest |F| of the image; where it is 0, so is every response (1 for Exponential).
float transformed(const Original& type, float intensity, double largest);
float transformed(const Square& type, float intensity, double largest);
float transformed(const SquareRoot& type, float intensity, double largest);
float transformed(const Logarithm& type, float intensity, double largest);
float transformed(const Exponential& type, float intensity, double largest);

/// compute_responses() for Gradient.
void compute_gradient_magnitude(const Volume& volume, const BoundingBox& part, const RowSink& sink);

}  // namespace glisson::engine
