#pragma once

#include <vector>

#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 16 statistics that IBSI defines alike for intensities (3.3) and for grey levels (3.4), named "mean" to
/// "qcod". N is the number of values, P_q their q-th percentile.
/// @param values at least one.
FeatureValues distribution_features(std::vector<double> values);

}  // namespace glisson::engine
