#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"

namespace glisson::engine {

/// One row of the neighbouring grey tone difference matrix.
struct ToneDifference {
  double level = 0;        ///< i
  double probability = 0;  ///< p_i: share of the voxels with grey level i.
  double difference = 0;  ///< s_i: sum over those voxels of |i - mean grey level of their neighbours inside|.
};

/// The neighbouring grey tone difference matrix, a row for each grey level that occurs. A voxel without
/// neighbours counts in p_i, with difference 0 (PyRadiomics; IBSI leaves it out). Empty where no voxel has
/// neighbours.
std::vector<ToneDifference> tone_difference_matrix(const GreyLevelRegion& region);

}  // namespace glisson::engine
