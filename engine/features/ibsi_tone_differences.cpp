#include "engine/features/ibsi_tone_differences.hpp"

#include <numeric>

#include "engine/features/tone_difference_sums.hpp"

namespace glisson::engine {

FeatureValues features_of(const ToneDifferences& matrix) {
  const double voxels = std::accumulate(matrix.voxels.begin(), matrix.voxels.end(), 0.0);  // N_v,c
  std::vector<ToneDifference> rows;
  for (std::size_t i = 0; i < matrix.voxels.size(); ++i) {
    if (matrix.voxels[i] == 0) continue;
    rows.push_back(
        {static_cast<double>((*matrix.grey_levels)[i]), matrix.voxels[i] / voxels, matrix.differences[i]});
  }
  if (rows.empty()) {
    FeatureValues features;
    for (const char* name : {"coarseness", "contrast", "busyness", "complexity", "strength"}) {
      features.push_back(undefined(name, UndefinedReason::no_neighbours));
    }
    return features;
  }
  const ToneDifferenceSums sums = sums_of(rows);
  const auto levels = static_cast<double>(rows.size());  // N_g,p
  const auto ratio = [&](std::string_view name, double numerator, double denominator) {
    if (denominator != 0) return FeatureValue{name, numerator / denominator, {}};
    return undefined(
        name, rows.size() == 1 ? UndefinedReason::single_grey_level : UndefinedReason::division_by_zero);
  };
  return {
      // 1 / sum p_i s_i
      ratio("coarseness", 1, sums.weighted_difference),
      // 1 / (N_g,p (N_g,p - 1)) sum sum p_i p_j (i - j)^2 . 1 / N_v,c sum s_i
      ratio("contrast", sums.contrast * sums.difference / voxels, levels * (levels - 1)),
      // sum p_i s_i / sum sum |i p_i - j p_j|
      ratio("busyness", sums.weighted_difference, sums.busyness),
      // 1 / N_v,c sum sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)
      {"complexity", sums.complexity / voxels, {}},
      // sum sum (p_i + p_j) (i - j)^2 / sum s_i
      ratio("strength", sums.strength, sums.difference),
  };
}

}  // namespace glisson::engine
