#pragma once

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 16 features of the grey level run length matrix (Galloway, Comput. Graph. Image Process. 1975):
/// computed for each of the 13 directions in which two voxels of the region lie on one line, then averaged.
/// Without such a direction everything is undefined (no_neighbours).
FeatureValues glrlm_features(const GreyLevelRegion& region);

}  // namespace glisson::engine
