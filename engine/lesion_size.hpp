#pragma once

#include "engine/volume.hpp"

namespace glisson::engine {

/// A straight line between two points of a region's outline, in patient coordinates.
struct Axis {
  Vector3 start{};    ///< LPS mm.
  Vector3 end{};      ///< LPS mm.
  double length = 0;  ///< mm.
};

/// How large a lesion is, as clinical rules measure it: outer edge to outer edge of the drawn voxels.
struct LesionSize {
  double volume = 0;  ///< mm^3: voxels inside times voxel volume.
  Axis long_axis;     ///< Longest in-plane diameter over all slices.
  Axis short_axis;    ///< Longest diameter perpendicular to the long axis, in the same slice.
  int slice = 0;      ///< z index of the slice of both axes.
  int slices = 0;     ///< Number of slices with at least one voxel.
  std::size_t voxels = 0;
};

/// Measures a lesion.
/// @throws RejectedInput empty_region when no voxel is inside.
LesionSize measure_lesion(const Mask& mask);

}  // namespace glisson::engine
