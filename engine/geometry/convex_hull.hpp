#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/region.hpp"

namespace glisson::engine {

/// The convex hull of a region's surface mesh: of the midpoints between its voxels and their face-adjacent
/// neighbours outside.
struct ConvexHull {
  std::vector<Vector3> vertices;  ///< Corners, mm from the centre of the box's voxel (0, 0, 0).
  std::vector<std::array<std::size_t, 3>>
      triangles;      ///< Indices into `vertices`, counter-clockwise from outside.
  double volume = 0;  ///< mm^3
  double area = 0;    ///< mm^2
};

/// Quickhull (Barber, Dobkin, Huhdanpaa, ACM Trans. Math. Softw. 1996, 10.1145/235815.235821) in integers,
/// hence exact.
/// @param region at least one voxel.
ConvexHull convex_hull(const Region& region);

}  // namespace glisson::engine
