#include "engine/features/ngtdm_features.hpp"

#include "engine/features/tone_difference_sums.hpp"
#include "engine/features/tone_differences.hpp"

namespace glisson::engine {
namespace {

constexpr double coarseness_of_uniform_region = 1e6;

}  // namespace

FeatureValues ngtdm_features(const GreyLevelRegion& region) {
  const std::vector<ToneDifference> matrix = tone_difference_matrix(region);
  if (matrix.empty()) {
    FeatureValues features;
    for (const char* name : {"Busyness", "Coarseness", "Complexity", "Contrast", "Strength"}) {
      features.push_back(undefined(name, UndefinedReason::no_neighbours));
    }
    return features;
  }
  const ToneDifferenceSums sums = sums_of(matrix);
  const auto voxels = static_cast<double>(region.voxel_count);  // N_vp
  const auto levels = static_cast<double>(matrix.size());       // N_gp
  const auto or_sentinel = [&](std::string_view name, double numerator, double denominator,
                               double otherwise) {
    if (denominator != 0) return FeatureValue{name, numerator / denominator, {}};
    const auto reason =
        matrix.size() == 1 ? UndefinedReason::single_grey_level : UndefinedReason::division_by_zero;
    return sentinel(name, otherwise, reason);
  };
  return {
      // 1 / sum p_i s_i, IBSI QCDE
      or_sentinel("Coarseness", 1, sums.weighted_difference, coarseness_of_uniform_region),
      // 1 / (N_gp (N_gp - 1)) sum sum p_i p_j (i - j)^2 . 1 / N_vp sum s_i, IBSI 65HE
      or_sentinel("Contrast", sums.contrast * sums.difference / voxels, levels * (levels - 1), 0),
      // sum p_i s_i / sum sum |i p_i - j p_j|, IBSI NQ30
      or_sentinel("Busyness", sums.weighted_difference, sums.busyness, 0),
      // 1 / N_vp sum sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j), IBSI HDEZ
      {"Complexity", sums.complexity / voxels, {}},
      // sum sum (p_i + p_j) (i - j)^2 / sum s_i, IBSI 1X9X
      or_sentinel("Strength", sums.strength, sums.difference, 0),
  };
}

}  // namespace glisson::engine
