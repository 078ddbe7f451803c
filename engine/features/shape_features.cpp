#include "engine/features/shape_features.hpp"

#include <cmath>
#include <numbers>

#include "engine/geometry/principal_variances.hpp"
#include "engine/geometry/surface_mesh.hpp"

namespace glisson::engine {

FeatureValues shape_features(const Region& region) {
  const SurfaceMesh mesh = measure_surface_mesh(region);
  const double area = mesh.area;      // A
  const double volume = mesh.volume;  // V
  const auto [least, minor, major] = principal_variances(region);

  FeatureValues features;
  // V: signed volumes of the tetrahedra between the origin and the mesh's triangles, IBSI RNU0
  features.push_back({"MeshVolume", volume, {}});
  // N V_voxel, IBSI YEKZ
  features.push_back(
      {"VoxelVolume", static_cast<double>(region.intensities.size()) * region.grid.voxel_volume(), {}});
  // A: sum of the areas of the mesh's triangles, IBSI C0JK
  features.push_back({"SurfaceArea", area, {}});
  // A / V, IBSI 2PR5
  features.push_back({"SurfaceVolumeRatio", area / volume, {}});
  // (36 pi V^2)^(1/3) / A, IBSI QCFX
  features.push_back({"Sphericity", std::cbrt(36 * std::numbers::pi * volume * volume) / area, {}});
  // largest distance of two mesh vertices, IBSI L0JK, and the same in planes perpendicular to x, y, z
  features.push_back({"Maximum3DDiameter", mesh.diameter, {}});
  features.push_back({"Maximum2DDiameterRow", mesh.planar_diameter[0], {}});
  features.push_back({"Maximum2DDiameterColumn", mesh.planar_diameter[1], {}});
  features.push_back({"Maximum2DDiameterSlice", mesh.planar_diameter[2], {}});
  // 4 sqrt(lambda); IBSI divides the covariance by N - 1
  features.push_back({"MajorAxisLength", 4 * std::sqrt(major), {}});
  features.push_back({"MinorAxisLength", 4 * std::sqrt(minor), {}});
  features.push_back({"LeastAxisLength", 4 * std::sqrt(least), {}});
  if (major > 0) {
    // sqrt(lambda_minor / lambda_major), IBSI Q3CK
    features.push_back({"Elongation", std::sqrt(minor / major), {}});
    // sqrt(lambda_least / lambda_major), IBSI N17B
    features.push_back({"Flatness", std::sqrt(least / major), {}});
  } else {
    features.push_back(undefined("Elongation", UndefinedReason::single_voxel));
    features.push_back(undefined("Flatness", UndefinedReason::single_voxel));
  }
  return features;
}

}  // namespace glisson::engine
