#pragma once

#include "engine/volume.hpp"

namespace glisson::engine {

/// A straight line between two points of a region's outline, in patient coordinates.
struct Axis {
  Vector3 start{};    ///< LPS mm.
  Vector3 end{};      ///< LPS mm.
  double length = 0;  ///< mm.
};

/// How large a lesion is, as clinical rules measure it: outer edge to outer edge of the drawn voxels, within
/// one slice (RECIST 1.1, Eisenhauer 2009, 10.1016/j.ejca.2008.10.026). Every voxel counts as the rectangle
/// that it covers, so a lesion of one voxel measures the diagonal of its rectangle, not 0 and not its width.
struct LesionSize {
  double volume = 0;  ///< mm^3: voxels inside times voxel volume.
  Axis long_axis;     ///< Longest in-plane diameter over all slices; its ends are corners of voxels.
  Axis short_axis;    ///< Longest line exactly perpendicular to the long axis, between two points of the
                      ///< outline of the same slice.
  int slice = 0;      ///< z index of the slice of both axes (the lowest of equal ones).
  int slices = 0;     ///< Number of slices with at least one voxel.
  std::size_t voxels = 0;
  /// Separate parts (voxels connected by faces, edges or corners) whose in-plane extent is at least 5 mm; at
  /// least 1. Several may be several lesions in one mask, whose number and diameters it then does not tell;
  /// smaller ones are what drawing tools leave behind.
  int parts = 0;
  double pixel_size = 0;  ///< The larger in-plane distance of voxels, mm: the resolution of the diameters.
};

/// Measures a lesion. All separate parts of the mask are measured as one lesion: the long axis may bridge
/// them; `parts` tells.
/// @throws RejectedInput empty_region when no voxel is inside.
/// @throws std::logic_error when the mask does not have one value for each voxel of its grid.
LesionSize measure_lesion(const Mask& mask);

}  // namespace glisson::engine
