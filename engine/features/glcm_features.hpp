#pragma once

#include <optional>

#include "engine/features/distance_weighting.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 24 features of the grey level co-occurrence matrix (Haralick et al., IEEE Trans. Syst. Man Cybern.
/// 1973): computed for each of the 13 directions in which the region has neighbours, then averaged. One grey
/// level gives PyRadiomics' sentinels for Correlation (1), Imc1 (0), Imc2 (0), MCC (1); without any
/// neighbours everything is undefined (no_neighbours).
/// @param weighting instead of averaging: the sum of the directions' matrices, each times exp(-|d|^2), gives
/// one
///        matrix and its features.
FeatureValues glcm_features(const GreyLevelRegion& region,
                            const std::optional<DistanceWeighting>& weighting = std::nullopt);

}  // namespace glisson::engine
