#pragma once

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// The 5 features of the neighbouring grey tone difference matrix (Amadasun and King, IEEE Trans. Syst. Man
/// Cybern. 1989). Where all voxels equal their neighbourhood, PyRadiomics' sentinels: Coarseness 1e6, the
/// others 0; without any neighbours everything is undefined (no_neighbours).
FeatureValues ngtdm_features(const GreyLevelRegion& region);

}  // namespace glisson::engine
