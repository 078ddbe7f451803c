#pragma once

#include "engine/features/feature_values.hpp"
#include "engine/region.hpp"

namespace glisson::engine {

/// The 14 shape features of PyRadiomics, of the region's outline alone. Elongation and Flatness of one voxel
/// are undefined (single_voxel).
FeatureValues shape_features(const Region& region);

}  // namespace glisson::engine
