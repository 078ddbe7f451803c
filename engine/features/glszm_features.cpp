#include "engine/features/glszm_features.hpp"

#include "engine/features/grey_level_extents.hpp"
#include "engine/features/zone_sizes.hpp"

namespace glisson::engine {

FeatureValues glszm_features(const GreyLevelRegion& region) {
  const GreyLevelExtentStatistics s =
      statistics_of(size_zone_matrix(region), static_cast<double>(region.voxel_count));
  // i: grey level, j: zone size, N_z: number of zones, N_p: number of voxels, p = P / N_z
  return {
      // 1/N_z sum P(i,j) / j^2, IBSI 5QRC
      {"SmallAreaEmphasis", s.short_emphasis, {}},
      // 1/N_z sum P(i,j) j^2, IBSI 48P8
      {"LargeAreaEmphasis", s.long_emphasis, {}},
      // 1/N_z sum_i (sum_j P(i,j))^2, IBSI JNSA
      {"GrayLevelNonUniformity", s.level_non_uniformity, {}},
      // 1/N_z^2 sum_i (sum_j P(i,j))^2, IBSI Y1RO
      {"GrayLevelNonUniformityNormalized", s.level_non_uniformity_normalised, {}},
      // 1/N_z sum_j (sum_i P(i,j))^2, IBSI 4JP3
      {"SizeZoneNonUniformity", s.extent_non_uniformity, {}},
      // 1/N_z^2 sum_j (sum_i P(i,j))^2, IBSI VB3A
      {"SizeZoneNonUniformityNormalized", s.extent_non_uniformity_normalised, {}},
      // N_z / N_p, IBSI P30P
      {"ZonePercentage", s.percentage, {}},
      // sum p(i,j) (i - sum p(i,j) i)^2, IBSI BYLV
      {"GrayLevelVariance", s.level_variance, {}},
      // sum p(i,j) (j - sum p(i,j) j)^2, IBSI 3NSA
      {"ZoneVariance", s.extent_variance, {}},
      // - sum p(i,j) log2(p(i,j) + e), IBSI GU8N
      {"ZoneEntropy", s.entropy, {}},
      // 1/N_z sum P(i,j) / i^2, IBSI XMSY
      {"LowGrayLevelZoneEmphasis", s.low_level_emphasis, {}},
      // 1/N_z sum P(i,j) i^2, IBSI 5GN9
      {"HighGrayLevelZoneEmphasis", s.high_level_emphasis, {}},
      // 1/N_z sum P(i,j) / (i^2 j^2), IBSI 5RAI
      {"SmallAreaLowGrayLevelEmphasis", s.short_low_emphasis, {}},
      // 1/N_z sum P(i,j) i^2 / j^2, IBSI HW1V
      {"SmallAreaHighGrayLevelEmphasis", s.short_high_emphasis, {}},
      // 1/N_z sum P(i,j) j^2 / i^2, IBSI YH51
      {"LargeAreaLowGrayLevelEmphasis", s.long_low_emphasis, {}},
      // 1/N_z sum P(i,j) i^2 j^2, IBSI J17V
      {"LargeAreaHighGrayLevelEmphasis", s.long_high_emphasis, {}},
  };
}

}  // namespace glisson::engine
