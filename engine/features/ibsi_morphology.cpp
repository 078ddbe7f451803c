#include "engine/features/ibsi_morphology.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/features/spatial_autocorrelation.hpp"
#include "engine/geometry/enclosing_shapes.hpp"
#include "engine/geometry/principal_variances.hpp"
#include "engine/geometry/surface_mesh.hpp"

namespace glisson::engine {
namespace {

// Centre of the voxels in patient coordinates, each weighted by weight(its intensity).
template <typename Weight>
std::optional<Vector3> centre(const Region& region, Weight weight) {
  Vector3 sum{};
  double total = 0;
  std::size_t voxel = 0;
  std::size_t next = 0;
  for (int z = 0; z < region.grid.size[2]; ++z) {
    for (int y = 0; y < region.grid.size[1]; ++y) {
      for (int x = 0; x < region.grid.size[0]; ++x, ++voxel) {
        if (region.inside[voxel] == 0) continue;
        const double w = weight(region.intensities[next++]);
        sum = {sum[0] + w * x, sum[1] + w * y, sum[2] + w * z};
        total += w;
      }
    }
  }
  if (total == 0) return std::nullopt;
  return region.grid.position({sum[0] / total, sum[1] / total, sum[2] / total});
}

FeatureValue centre_of_mass_shift(const Region& outline, const Region& intensities) {
  const auto geometric = centre(outline, [](double) { return 1.0; });
  const auto weighted = centre(intensities, [](double x) { return x; });
  if (!weighted) return undefined("com", UndefinedReason::division_by_zero);
  return {"com",
          std::hypot((*geometric)[0] - (*weighted)[0], (*geometric)[1] - (*weighted)[1],
                     (*geometric)[2] - (*weighted)[2]),
          {}};
}

// Ascending, in mm^2. IBSI's reference values divide by N - 1, not by N as PyRadiomics does; 0 for one voxel.
std::array<double, 3> sample_variances(const Region& outline) {
  std::array<double, 3> variances = principal_variances(outline);
  const auto voxels = static_cast<double>(outline.intensities.size());
  for (double& variance : variances) variance *= voxels / std::max(1.0, voxels - 1);
  return variances;
}

void add_axes(const std::array<double, 3>& variances, FeatureValues& features) {
  const auto [least, minor, major] = variances;
  features.push_back({"pca_maj_axis", 4 * std::sqrt(major), {}});    // 4 sqrt(lambda_major)
  features.push_back({"pca_min_axis", 4 * std::sqrt(minor), {}});    // 4 sqrt(lambda_minor)
  features.push_back({"pca_least_axis", 4 * std::sqrt(least), {}});  // 4 sqrt(lambda_least)
  if (major > 0) {
    features.push_back(
        {"pca_elongation", std::sqrt(minor / major), {}});               // sqrt(lambda_minor / lambda_major)
    features.push_back({"pca_flatness", std::sqrt(least / major), {}});  // sqrt(lambda_least / lambda_major)
  } else {
    features.push_back(undefined("pca_elongation", UndefinedReason::single_voxel));
    features.push_back(undefined("pca_flatness", UndefinedReason::single_voxel));
  }
}

// V / V_enclosure and A / A_enclosure
void add_densities(std::string_view volume_name, std::string_view area_name, const SurfaceMesh& mesh,
                   const Enclosure& enclosure, FeatureValues& features) {
  const auto density = [&](std::string_view name, double of, double enclosing) {
    features.push_back(enclosing > 0 ? FeatureValue{name, of / enclosing, {}}
                                     : undefined(name, UndefinedReason::division_by_zero));
  };
  density(volume_name, mesh.volume, enclosure.volume);
  density(area_name, mesh.area, enclosure.area);
}

void add_autocorrelation(const Region& region, FeatureValues& features) {
  const auto [lowest, highest] = std::minmax_element(region.intensities.begin(), region.intensities.end());
  if (*lowest == *highest) {
    const auto reason =
        region.intensities.size() == 1 ? UndefinedReason::single_voxel : UndefinedReason::flat_region;
    features.push_back(undefined("moran_i", reason));
    features.push_back(undefined("geary_c", reason));
    return;
  }
  const SpatialAutocorrelation autocorrelation = spatial_autocorrelation(region);
  features.push_back({"moran_i", autocorrelation.moran, {}});
  features.push_back({"geary_c", autocorrelation.geary, {}});
}

}  // namespace

FeatureValues ibsi_morphology(const Region& outline, const Region& intensities) {
  const SurfaceMesh mesh = measure_surface_mesh(outline);
  const double area = mesh.area;                                  // A
  const double volume = mesh.volume;                              // V
  const double sphere = 36 * std::numbers::pi * volume * volume;  // cube of the area of a sphere of volume V
  const auto voxels = static_cast<double>(outline.intensities.size());
  const auto variances = sample_variances(outline);

  FeatureValues features;
  features.push_back({"volume", volume, {}});  // V: signed volumes of the mesh's triangles with the origin
  features.push_back({"vol_approx", voxels * outline.grid.voxel_volume(), {}});  // N V_voxel
  features.push_back({"area_mesh", area, {}});    // A: sum of the areas of the mesh's triangles
  features.push_back({"av", area / volume, {}});  // A / V
  // V / (sqrt(pi) A^(3/2))
  features.push_back({"comp_1", volume / (std::sqrt(std::numbers::pi) * std::pow(area, 1.5)), {}});
  features.push_back({"comp_2", sphere / std::pow(area, 3), {}});         // 36 pi V^2 / A^3
  features.push_back({"sph_dispr", area / std::cbrt(sphere), {}});        // A / (36 pi V^2)^(1/3)
  features.push_back({"sphericity", std::cbrt(sphere) / area, {}});       // (36 pi V^2)^(1/3) / A
  features.push_back({"asphericity", area / std::cbrt(sphere) - 1, {}});  // (A^3 / (36 pi V^2))^(1/3) - 1
  features.push_back(centre_of_mass_shift(outline, intensities));         // |CoM_geometry - CoM_intensity|
  features.push_back({"diam", mesh.diameter, {}});  // largest distance of two mesh vertices
  add_axes(variances, features);

  const ConvexHull hull = convex_hull(outline);
  Vector3 edges{};
  Vector3 semi_axes{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    edges[axis] = outline.grid.size[axis] * outline.grid.spacing[axis];
    semi_axes[axis] = 2 * std::sqrt(variances[axis]);
  }
  add_densities("vol_dens_aabb", "area_dens_aabb", mesh, box_of(edges), features);
  add_densities("vol_dens_ombb", "area_dens_ombb", mesh, oriented_bounding_box(hull), features);
  add_densities("vol_dens_aee", "area_dens_aee", mesh, ellipsoid_of(semi_axes), features);
  add_densities("vol_dens_mvee", "area_dens_mvee", mesh, minimum_volume_enclosing_ellipsoid(hull), features);
  add_densities("vol_dens_conv_hull", "area_dens_conv_hull", mesh, {hull.volume, hull.area}, features);

  double mean = 0;
  for (const float x : intensities.intensities)
    mean += x / static_cast<double>(intensities.intensities.size());
  features.push_back({"integ_int", volume * mean, {}});  // V mu
  add_autocorrelation(intensities, features);
  return features;
}

}  // namespace glisson::engine
