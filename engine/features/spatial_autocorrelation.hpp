#pragma once

#include <vector>

#include "engine/region.hpp"

namespace glisson::engine {

/// How alike the intensities of near voxels are. Weights w_ij are 1 / distance of the voxel centres in mm; mu
/// is the mean intensity, N the number of voxels.
struct SpatialAutocorrelation {
  /// Moran's I: N / sum w_ij . sum w_ij (X_i - mu) (X_j - mu) / sum (X_i - mu)^2
  double moran = 0;
  /// Geary's C: (N - 1) / (2 sum w_ij) . sum w_ij (X_i - X_j)^2 / sum (X_i - mu)^2
  double geary = 0;
};

/// All pairs of voxels count, but a pair's weight depends on the difference of its indices alone: the sums
/// over pairs are convolutions, computed by the Fourier transform in the time of N log N.
/// @param region with at least two different intensities.
/// @throws RejectedInput too_much_memory when the padded bounding box exceeds 128 million voxels (4 GB).
SpatialAutocorrelation spatial_autocorrelation(const Region& region);

}  // namespace glisson::engine
