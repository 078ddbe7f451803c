#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "engine/features/discretisation.hpp"

namespace glisson::engine {

/// How far apart neighbours count as being, where the texture matrices of the directions are weighted by that
/// and merged into one (PyRadiomics, weightingNorm). With d_k the mm of a direction along each axis:
enum class WeightingNorm {
  manhattan,     ///< |d| = |d_x| + |d_y| + |d_z|
  euclidean,     ///< |d| = sqrt(d_x^2 + d_y^2 + d_z^2)
  infinity,      ///< |d| = max(|d_x|, |d_y|, |d_z|)
  no_weighting,  ///< Merged all the same, each direction with weight 1.
};

/// The norms' names, in the order of WeightingNorm.
const std::vector<std::string_view>& weighting_norm_names();

/// The weighting of an image's directions.
struct DistanceWeighting {
  WeightingNorm norm = WeightingNorm::euclidean;
  std::array<double, 3> spacing{1, 1, 1};  ///< mm along x, y, z.

  /// |d| in mm; 1 for no_weighting.
  double length(const Direction& direction) const;
};

}  // namespace glisson::engine
