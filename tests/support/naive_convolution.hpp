#pragma once

#include <array>
#include <complex>
#include <map>
#include <vector>

#include "engine/images/filters.hpp"
#include "engine/volume.hpp"

namespace glisson::tests {

/// A kernel of any shape: its value at the offset (x, y, z) from the voxel.
using DenseKernel = std::map<std::array<int, 3>, std::complex<double>>;

/// Outer product of one-dimensional kernels, each about its middle voxel (the second of two). Where `z` is
/// empty the kernel is one voxel thick.
DenseKernel outer_product(const std::vector<double>& x, const std::vector<double>& y,
                          const std::vector<double>& z);

/// h(i) = sum over k of g(k) f(i - k), written as it stands.
std::vector<std::complex<double>> naive_convolution(const engine::Volume& volume, const DenseKernel& kernel,
                                                    engine::FilterBoundary boundary);

/// The kernel turned by each right-angle rotation: the 4 about z, or all 24.
std::vector<DenseKernel> right_angle_rotations(const DenseKernel& kernel, engine::FilterSpace space);

}  // namespace glisson::tests
