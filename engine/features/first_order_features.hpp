#pragma once

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"
#include "engine/region.hpp"

namespace glisson::engine {

/// The 18 first-order features of PyRadiomics: statistics of the intensities X of the region, two of them
/// (Entropy, Uniformity) of its grey levels. Percentiles are interpolated linearly between order statistics.
/// A flat region has Skewness and Kurtosis 0 as sentinels (reason flat_region, or single_voxel).
FeatureValues first_order_features(const Region& region, const GreyLevelRegion& grey_levels);

}  // namespace glisson::engine
