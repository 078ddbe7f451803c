#pragma once

#include <cstddef>
#include <vector>

#include "engine/images/filters.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// A one-dimensional kernel g(k), k = 0 .. weights.size() - 1, of which index `origin` lies on the voxel:
///   h(i) = sum over k of g(k) f(i - (k - origin)).
struct Kernel {
  std::vector<double> weights;
  int origin = 0;

  /// The kernel seen in a mirror: h'(i) = h(-i) for f'(i) = f(-i).
  Kernel mirrored() const;
  bool operator==(const Kernel&) const = default;
};

/// The kernel whose response is the sum of both responses.
Kernel operator+(const Kernel& a, const Kernel& b);

/// The kernel of `weights` whose origin is the middle voxel, the second of the two when their number is even.
Kernel centred_kernel(std::vector<double> weights);

/// The voxel of an axis of `size` voxels that stands for `index`, which may lie beyond the border; -1 when
/// that is zero. Works for any distance from the border.
int voxel_at(int index, int size, FilterBoundary boundary);

/// Convolves all lines of a volume along one axis (0, 1, 2 for x, y, z) with a kernel. `result` may be
/// `volume` itself; its grid and size become those of `volume`. Sums are made in double.
void convolve(const Volume& volume, std::size_t axis, const Kernel& kernel, FilterBoundary boundary,
              Volume& result);

}  // namespace glisson::engine
