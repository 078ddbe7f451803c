#pragma once

#include <vector>

#include "engine/features/feature_values.hpp"
#include "engine/features/ibsi_settings.hpp"
#include "engine/region.hpp"

namespace glisson::engine {

/// The 18 intensity-based statistics ("stat"; arXiv:1612.07003, 3.3) of the intensity mask. Percentiles are
/// interpolated linearly between order statistics. A flat region has no skewness, kurtosis (flat_region).
FeatureValues ibsi_intensity_statistics(const Region& region);

/// The 23 features of the intensity histogram ("ih"; 3.4).
/// @param levels grey level of each voxel, not empty.
FeatureValues ibsi_intensity_histogram(const std::vector<int>& levels);

/// The 7 features of the intensity-volume histogram ("ivh"; 3.5).
/// @param discretisation none: intensities in steps of 1, from the bounds of the range, where there is one,
/// or the
///        region's own.
/// @throws RejectedInput too_much_memory when the histogram exceeds a million levels.
FeatureValues ibsi_intensity_volume_histogram(const Region& region,
                                              const std::optional<IbsiDiscretisation>& discretisation,
                                              const std::optional<IntensityRange>& range);

}  // namespace glisson::engine
