#include "engine/features/ngtdm_features.hpp"

#include <numeric>

#include "engine/features/tone_difference_sums.hpp"
#include "engine/features/tone_differences.hpp"

namespace glisson::engine {
namespace {

// A row for each grey level; a voxel without neighbours counts, with difference 0.
std::vector<ToneDifference> rows_of(const ToneDifferences& differences, const GreyLevelRegion& region) {
  std::vector<ToneDifference> rows;
  for (std::size_t i = 0; i < region.grey_levels.size(); ++i) {
    rows.push_back({static_cast<double>(region.grey_levels[i]),
                    static_cast<double>(region.voxels[i]) / static_cast<double>(region.voxel_count),
                    differences.differences[i]});
  }
  return rows;
}

constexpr double coarseness_of_uniform_region = 1e6;

}  // namespace

FeatureValues ngtdm_features(const GreyLevelRegion& region) {
  const ToneDifferences differences = tone_differences_of(region);
  const auto with_neighbours =
      std::accumulate(differences.voxels.begin(), differences.voxels.end(), 0.0);  // IBSI's N_v,c
  const std::vector<ToneDifference> matrix = rows_of(differences, region);
  const ToneDifferenceSums sums = sums_of(matrix);
  const auto voxels = static_cast<double>(region.voxel_count);  // N_vp
  const auto levels = static_cast<double>(matrix.size());       // N_gp
  const auto or_sentinel = [&](std::string_view name, double numerator, double denominator,
                               double otherwise) {
    if (with_neighbours == 0) return sentinel(name, otherwise, UndefinedReason::no_neighbours);
    if (denominator != 0) return FeatureValue{name, numerator / denominator, {}};
    const auto reason =
        matrix.size() == 1 ? UndefinedReason::single_grey_level : UndefinedReason::division_by_zero;
    return sentinel(name, otherwise, reason);
  };
  FeatureValues features{
      // 1 / sum p_i s_i, IBSI QCDE
      or_sentinel("Coarseness", 1, sums.weighted_difference, coarseness_of_uniform_region),
      // 1 / (N_gp (N_gp - 1)) sum sum p_i p_j (i - j)^2 . 1 / N_vp sum s_i, IBSI 65HE
      or_sentinel("Contrast", sums.contrast * sums.difference / voxels, levels * (levels - 1), 0),
      // sum p_i s_i / sum sum |i p_i - j p_j|, IBSI NQ30
      or_sentinel("Busyness", sums.weighted_difference, sums.busyness, 0),
      // 1 / N_vp sum sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j), IBSI HDEZ
      or_sentinel("Complexity", sums.complexity, voxels, 0),
      // sum sum (p_i + p_j) (i - j)^2 / sum s_i, IBSI 1X9X
      or_sentinel("Strength", sums.strength, sums.difference, 0),
  };
  for (FeatureValue& feature : features) feature.as_ibsi = with_neighbours == voxels;
  return features;
}

}  // namespace glisson::engine
