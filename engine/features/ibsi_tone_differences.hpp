#pragma once

#include "engine/features/feature_values.hpp"
#include "engine/features/tone_differences.hpp"

namespace glisson::engine {

/// The 5 features of the NGTDM ("ngt"; arXiv:1612.07003, 3.10): voxels without neighbours do not count.
FeatureValues features_of(const ToneDifferences& matrix);

}  // namespace glisson::engine
