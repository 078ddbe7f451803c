#pragma once

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 16 features of the grey level size zone matrix (Thibault et al. 2009): zones are 26-connected voxels
/// of one grey level.
FeatureValues glszm_features(const GreyLevelRegion& region);

}  // namespace glisson::engine
