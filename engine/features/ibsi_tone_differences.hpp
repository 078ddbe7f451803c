#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// IBSI's neighbourhood grey tone difference matrix: only voxels that have neighbours inside count. It can be
/// merged with others of the same region.
struct ToneDifferences {
  const std::vector<int>* grey_levels = nullptr;
  std::vector<double> voxels;       ///< n_i, of each of `grey_levels`.
  std::vector<double> differences;  ///< s_i = sum |i - mean grey level of the neighbours inside|.

  void merge(const ToneDifferences& other);
};

ToneDifferences tone_differences_of(const GreyLevelRegion& region);

/// The 5 features of the NGTDM ("ngt"; arXiv:1612.07003, 3.10).
FeatureValues features_of(const ToneDifferences& matrix);

}  // namespace glisson::engine
