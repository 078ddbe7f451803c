#pragma once

#include <string>

#include "engine/extraction_protocol.hpp"
#include "engine/feature.hpp"
#include "engine/images/region_in_image.hpp"

namespace glisson::engine {

/// Computes the features of a region in one response map, the classes in parallel (oneTBB), and adds them.
/// Shape is that of the region, whatever the map: it goes with the map "original". What needs more grey
/// levels or larger numbers than there are is undefined.
/// @throws std::logic_error for a class that feature_classes() does not hold.
void add_features(const std::string& map, const ResponseRegion& response, const PyRadiomicsSettings& settings,
                  FeatureVector& features);

/// The same, but for shape, of a map of which nothing can be computed.
void add_undefined_features(const std::string& map, UndefinedReason reason,
                            const PyRadiomicsSettings& settings, FeatureVector& features);

}  // namespace glisson::engine
