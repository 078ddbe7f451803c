#include "engine/geometry/principal_variances.hpp"

#include <Eigen/Dense>

namespace glisson::engine {
namespace {

Eigen::Vector3d centre_of_mass(const Region& region) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  const auto& size = region.grid.size;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        if (region.inside[region.grid.offset(x, y, z)] != 0) sum += Eigen::Vector3d(x, y, z);
      }
    }
  }
  return sum / static_cast<double>(region.intensities.size());
}

}  // namespace

std::array<double, 3> principal_variances(const Region& region) {
  const Eigen::Vector3d centre = centre_of_mass(region);
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
  const auto& size = region.grid.size;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        if (region.inside[region.grid.offset(x, y, z)] == 0) continue;
        const Eigen::Vector3d d = Eigen::Vector3d(x, y, z) - centre;
        covariance += d * d.transpose();
      }
    }
  }
  const Eigen::Vector3d spacing(region.grid.spacing[0], region.grid.spacing[1], region.grid.spacing[2]);
  covariance = spacing.asDiagonal() * (covariance / static_cast<double>(region.intensities.size())) *
               spacing.asDiagonal();
  const Eigen::Vector3d values =
      Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(covariance, Eigen::EigenvaluesOnly).eigenvalues();
  // A region in one plane or line has variances that are 0 but for rounding.
  const double rounding = 1e-12 * values[2];
  std::array<double, 3> variances{};
  for (int i = 0; i < 3; ++i) variances[static_cast<std::size_t>(i)] = values[i] > rounding ? values[i] : 0;
  return variances;
}

}  // namespace glisson::engine
