#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"

namespace glisson::engine {

/// The neighbourhood grey tone difference matrix of voxels that have neighbours inside, for each grey level.
/// It can be merged with others of the same grey levels.
struct ToneDifferences {
  const std::vector<int>* grey_levels = nullptr;
  std::vector<double> voxels;       ///< n_i, of each of `grey_levels`.
  std::vector<double> differences;  ///< s_i = sum |i - mean grey level of the neighbours inside|.

  void merge(const ToneDifferences& other);
};

ToneDifferences tone_differences_of(const GreyLevelRegion& region);

/// What features are computed of, for one grey level.
struct ToneDifference {
  double level = 0;        ///< i
  double probability = 0;  ///< p_i: share of the voxels with grey level i.
  double difference = 0;   ///< s_i
};

}  // namespace glisson::engine
