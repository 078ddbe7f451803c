#pragma once

#include <vector>

#include "engine/images/convolution.hpp"
#include "engine/images/filters.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// Kernels that are applied one after the other along an axis.
using KernelChain = std::vector<Kernel>;

/// A separable filter: a chain for axis x, y and, in a volume, z.
using SeparableKernel = std::vector<KernelChain>;

/// The number of axes in which a filter works.
constexpr std::size_t dimensions(FilterSpace space) { return space == FilterSpace::slice ? 2 : 3; }

/// Response of a separable filter, pooled over its right-angle rotations (the proper ones: 4 in a plane, 24
/// in a volume; IBSI 2, "rotational invariance"). Rotations that give the same or the opposite kernel are
/// computed once.
/// @param kernel two chains (each slice by itself) or three (the volume).
Volume separable_response(const Volume& volume, const SeparableKernel& kernel, FilterBoundary boundary,
                          FilterPooling pooling);

}  // namespace glisson::engine
