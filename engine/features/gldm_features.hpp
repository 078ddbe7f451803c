#pragma once

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 14 features of the grey level dependence matrix (Sun and Wee 1983; IBSI: neighbouring grey level
/// dependence matrix): the dependence of a voxel is 1 + the number of its 26 neighbours with the same grey
/// level (alpha 0).
FeatureValues gldm_features(const GreyLevelRegion& region);

}  // namespace glisson::engine
