#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/features/feature_values.hpp"
#include "engine/features/ibsi_discretisation.hpp"
#include "engine/features/ibsi_settings.hpp"

namespace glisson::engine {

/// The features of one texture family in one aggregation.
struct AggregatedFeatures {
  std::string_view suffix;  ///< "3D_avg" for instance, or "2D", "2_5D", "3D" of a family without directions.
  FeatureValues values;
};

/// What texture is computed from.
struct IbsiTextureInput {
  const IbsiGreyLevels& levels;  ///< Of the intensity mask.
  const std::vector<std::uint8_t>&
      morphological_inside;  ///< The morphological mask in the same box, x fastest.
};

/// The features of a texture family ("cm", "rlm", "szm", "dzm", "ngt", "ngl"; arXiv:1612.07003, 3.6 to 3.11).
/// What a matrix leaves undefined does not count in an average; what none defines is undefined: no_neighbours
/// where no voxel has a neighbour, single_grey_level for correlations of one level, division_by_zero else.
std::vector<AggregatedFeatures> ibsi_texture(std::string_view family, const IbsiTextureInput& input,
                                             const std::vector<Aggregation>& aggregations);

}  // namespace glisson::engine
