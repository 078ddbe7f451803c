#include "engine/features/gldm_features.hpp"

#include "engine/features/dependences.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

FeatureValues gldm_features(const GreyLevelRegion& region) {
  const GreyLevelExtentStatistics s =
      statistics_of(dependence_matrix(region), static_cast<double>(region.voxel_count));
  // i: grey level, j: dependence, N_z: number of voxels, p = P / N_z
  return {
      // 1/N_z sum P(i,j) / j^2, IBSI SODN
      {"SmallDependenceEmphasis", s.short_emphasis, {}},
      // 1/N_z sum P(i,j) j^2, IBSI IMOQ
      {"LargeDependenceEmphasis", s.long_emphasis, {}},
      // 1/N_z sum_i (sum_j P(i,j))^2, IBSI FP8K
      {"GrayLevelNonUniformity", s.level_non_uniformity, {}},
      // 1/N_z sum_j (sum_i P(i,j))^2, IBSI Z87G
      {"DependenceNonUniformity", s.extent_non_uniformity, {}},
      // 1/N_z^2 sum_j (sum_i P(i,j))^2, IBSI OKJI
      {"DependenceNonUniformityNormalized", s.extent_non_uniformity_normalised, {}},
      // sum p(i,j) (i - sum p(i,j) i)^2, IBSI 1PFV
      {"GrayLevelVariance", s.level_variance, {}},
      // sum p(i,j) (j - sum p(i,j) j)^2, IBSI DNX2
      {"DependenceVariance", s.extent_variance, {}},
      // - sum p(i,j) log2(p(i,j) + e), IBSI FCBV
      {"DependenceEntropy", s.entropy, {}},
      // 1/N_z sum P(i,j) / i^2, IBSI TL9H
      {"LowGrayLevelEmphasis", s.low_level_emphasis, {}},
      // 1/N_z sum P(i,j) i^2, IBSI OAE7
      {"HighGrayLevelEmphasis", s.high_level_emphasis, {}},
      // 1/N_z sum P(i,j) / (i^2 j^2), IBSI EQ3F
      {"SmallDependenceLowGrayLevelEmphasis", s.short_low_emphasis, {}},
      // 1/N_z sum P(i,j) i^2 / j^2, IBSI JA6D
      {"SmallDependenceHighGrayLevelEmphasis", s.short_high_emphasis, {}},
      // 1/N_z sum P(i,j) j^2 / i^2, IBSI NBZI
      {"LargeDependenceLowGrayLevelEmphasis", s.long_low_emphasis, {}},
      // 1/N_z sum P(i,j) i^2 j^2, IBSI 9QMG
      {"LargeDependenceHighGrayLevelEmphasis", s.long_high_emphasis, {}},
  };
}

}  // namespace glisson::engine
