#include "engine/features/glrlm_features.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <map>
#include <utility>
#include <vector>

#include "engine/features/grey_level_extents.hpp"
#include "engine/features/run_lengths.hpp"

namespace glisson::engine {
namespace {

using Statistics = GreyLevelExtentStatistics;

struct RunFeature {
  std::string_view name;
  double Statistics::*value;
};

// i: grey level, j: run length, N_r: number of runs, N_p: number of voxels, p = P / N_r
constexpr RunFeature run_features[] = {
    // 1/N_r sum P(i,j) / j^2, IBSI 22OV
    {"ShortRunEmphasis", &Statistics::short_emphasis},
    // 1/N_r sum P(i,j) j^2, IBSI W4KF
    {"LongRunEmphasis", &Statistics::long_emphasis},
    // 1/N_r sum_i (sum_j P(i,j))^2, IBSI R5YN
    {"GrayLevelNonUniformity", &Statistics::level_non_uniformity},
    // 1/N_r^2 sum_i (sum_j P(i,j))^2, IBSI OVBL
    {"GrayLevelNonUniformityNormalized", &Statistics::level_non_uniformity_normalised},
    // 1/N_r sum_j (sum_i P(i,j))^2, IBSI W92Y
    {"RunLengthNonUniformity", &Statistics::extent_non_uniformity},
    // 1/N_r^2 sum_j (sum_i P(i,j))^2, IBSI IC23
    {"RunLengthNonUniformityNormalized", &Statistics::extent_non_uniformity_normalised},
    // N_r / N_p, IBSI 9ZK5
    {"RunPercentage", &Statistics::percentage},
    // sum p(i,j) (i - sum p(i,j) i)^2, IBSI 8CE5
    {"GrayLevelVariance", &Statistics::level_variance},
    // sum p(i,j) (j - sum p(i,j) j)^2, IBSI SXLW
    {"RunVariance", &Statistics::extent_variance},
    // - sum p(i,j) log2(p(i,j) + e), IBSI HJ9O
    {"RunEntropy", &Statistics::entropy},
    // 1/N_r sum P(i,j) / i^2, IBSI V3SW
    {"LowGrayLevelRunEmphasis", &Statistics::low_level_emphasis},
    // 1/N_r sum P(i,j) i^2, IBSI G3QZ
    {"HighGrayLevelRunEmphasis", &Statistics::high_level_emphasis},
    // 1/N_r sum P(i,j) / (i^2 j^2), IBSI HTZT
    {"ShortRunLowGrayLevelEmphasis", &Statistics::short_low_emphasis},
    // 1/N_r sum P(i,j) i^2 / j^2, IBSI GD3A
    {"ShortRunHighGrayLevelEmphasis", &Statistics::short_high_emphasis},
    // 1/N_r sum P(i,j) j^2 / i^2, IBSI IVPO
    {"LongRunLowGrayLevelEmphasis", &Statistics::long_low_emphasis},
    // 1/N_r sum P(i,j) i^2 j^2, IBSI 3KUM
    {"LongRunHighGrayLevelEmphasis", &Statistics::long_high_emphasis},
};

using Matrix = std::vector<GreyLevelExtent>;

// sum_d |d| P_d, and the voxels that its runs hold.
std::vector<Statistics> statistics_of_weighted_sum(const GreyLevelRegion& region,
                                                   const std::vector<Direction>& directions,
                                                   const std::vector<Matrix>& matrices,
                                                   const DistanceWeighting& weighting) {
  std::map<std::pair<int, int>, double> sum;
  double voxels = 0;
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const double weight = weighting.length(directions[i]);
    for (const GreyLevelExtent& runs : matrices[i]) sum[{runs.level, runs.extent}] += weight * runs.count;
    if (!matrices[i].empty()) voxels += weight * static_cast<double>(region.voxel_count);
  }
  if (sum.empty()) return {};
  Matrix matrix;
  for (const auto& [key, count] : sum) matrix.push_back({key.first, key.second, count});
  return {statistics_of(matrix, voxels)};
}

// The statistics whose averages the features are: of each direction, or of the weighted sum of all.
std::vector<Statistics> statistics_in_directions(const GreyLevelRegion& region,
                                                 const std::optional<DistanceWeighting>& weighting) {
  const std::vector<Direction> all = directions(region.size);
  std::vector<Matrix> matrices(all.size());
  const std::vector<RowSpan> rows = rows_inside(region);
  oneapi::tbb::parallel_for(std::size_t{0}, all.size(),
                            [&](std::size_t i) { matrices[i] = run_length_matrix(region, all[i], rows); });
  if (weighting) return statistics_of_weighted_sum(region, all, matrices, *weighting);
  std::vector<Statistics> by_direction;
  for (const Matrix& matrix : matrices) {
    if (!matrix.empty())
      by_direction.push_back(statistics_of(matrix, static_cast<double>(region.voxel_count)));
  }
  return by_direction;
}

}  // namespace

FeatureValues glrlm_features(const GreyLevelRegion& region,
                             const std::optional<DistanceWeighting>& weighting) {
  const std::vector<Statistics> by_direction = statistics_in_directions(region, weighting);
  FeatureValues features;
  for (const RunFeature& feature : run_features) {
    if (by_direction.empty()) {
      features.push_back(undefined(feature.name, UndefinedReason::no_neighbours));
      continue;
    }
    double sum = 0;
    for (const Statistics& statistics : by_direction) sum += statistics.*feature.value;
    features.push_back({feature.name, sum / static_cast<double>(by_direction.size()), {}});
  }
  return features;
}

}  // namespace glisson::engine
