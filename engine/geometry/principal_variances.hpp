#pragma once

#include <array>

#include "engine/region.hpp"

namespace glisson::engine {

/// The variances in mm^2 of the centres of a region's voxels along its principal axes, ascending: eigenvalues
/// of their covariance (1/N, not 1/(N - 1)). Exactly 0 across a plane or line.
std::array<double, 3> principal_variances(const Region& region);

}  // namespace glisson::engine
