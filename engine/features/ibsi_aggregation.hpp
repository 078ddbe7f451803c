#pragma once

#include <algorithm>
#include <vector>

#include "engine/features/feature_values.hpp"
#include "engine/features/ibsi_settings.hpp"

namespace glisson::engine {

/// Texture matrices by slice (or one row for the volume) and direction (or one column for families without).
template <typename Matrix>
using MatrixTable = std::vector<std::vector<Matrix>>;

/// The groups of matrices that are merged, as the aggregation says. The Matrix has `void merge(const
/// Matrix&)`.
template <typename Matrix>
std::vector<Matrix> merged_groups(const MatrixTable<Matrix>& table, bool merge_slices,
                                  bool merge_directions) {
  std::vector<Matrix> groups;
  for (std::size_t slice = 0; slice < table.size(); ++slice) {
    for (std::size_t direction = 0; direction < table[slice].size(); ++direction) {
      const Matrix& matrix = table[slice][direction];
      const bool first = (slice == 0 || !merge_slices) && (direction == 0 || !merge_directions);
      if (first) {
        groups.push_back(matrix);
      } else {
        groups[merge_slices && !merge_directions ? direction : groups.size() - 1].merge(matrix);
      }
    }
  }
  return groups;
}

/// Averages each feature over the matrices that define it.
/// @param of features of each matrix, in the same order; at least one.
inline FeatureValues averaged(const std::vector<FeatureValues>& of) {
  FeatureValues result = of.front();
  for (std::size_t feature = 0; feature < result.size(); ++feature) {
    double sum = 0;
    int defined = 0;
    for (const FeatureValues& values : of) {
      if (!values[feature].value) continue;
      sum += *values[feature].value;
      ++defined;
    }
    if (defined == 0) continue;
    result[feature].value = sum / defined;
    result[feature].reason.reset();
  }
  return result;
}

}  // namespace glisson::engine
