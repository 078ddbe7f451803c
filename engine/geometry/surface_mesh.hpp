#pragma once

#include <array>

#include "engine/region.hpp"

namespace glisson::engine {

/// What the marching-cubes surface of a region measures: the mesh through the midpoints between voxels inside
/// and their 6-neighbours outside, as PyRadiomics builds it.
struct SurfaceMesh {
  double area = 0;    ///< mm^2
  double volume = 0;  ///< mm^3
  /// Largest distance in mm of two vertices in one plane perpendicular to x, y, z: PyRadiomics' 2D diameter
  /// "Row", "Column", "Slice".
  std::array<double, 3> planar_diameter{};
  double diameter = 0;  ///< Largest distance in mm of two vertices.
};

SurfaceMesh measure_surface_mesh(const Region& region);

}  // namespace glisson::engine
