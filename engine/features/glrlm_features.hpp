#pragma once

#include <optional>

#include "engine/features/distance_weighting.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 16 features of the grey level run length matrix (Galloway, Comput. Graph. Image Process. 1975):
/// computed for each of the 13 directions in which two voxels of the region lie on one line, then averaged.
/// Without such a direction everything is undefined (no_neighbours).
/// @param weighting instead of averaging: the sum of the directions' matrices, each times |d| (PyRadiomics;
/// the
///        longer way weighs more), gives one matrix and its features. N_r is its sum, and N_p counts every
///        voxel with the weight of each direction.
FeatureValues glrlm_features(const GreyLevelRegion& region,
                             const std::optional<DistanceWeighting>& weighting = std::nullopt);

}  // namespace glisson::engine
