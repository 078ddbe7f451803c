#include "engine/features/glcm_features.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "engine/features/cooccurrences.hpp"
#include "engine/features/glcm_statistics.hpp"

namespace glisson::engine {
namespace {

// Q(i,j) = sum_k p(i,k) p(j,k) / (p_x(i) p_x(k)). With D = diag(p_x), Q = D^-1 p D^-1 p is similar to the
// square of the symmetric S = D^-1/2 p D^-1/2: what is sought is the second largest absolute eigenvalue of S.
// Levels without neighbours in this direction add eigenvalues 0.
double maximal_correlation_coefficient(const Eigen::MatrixXd& counts) {
  const Eigen::MatrixXd p = counts / counts.sum();
  const Eigen::VectorXd marginal = p.rowwise().sum();
  const Eigen::VectorXd scale = marginal.unaryExpr([](double m) { return m > 0 ? 1 / std::sqrt(m) : 0.0; });
  const Eigen::MatrixXd s = scale.asDiagonal() * p * scale.asDiagonal();
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(s, Eigen::EigenvaluesOnly).eigenvalues().cwiseAbs();
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() - 2];
}

// The statistics of one direction, or of the sum of all, with PyRadiomics' maximal correlation coefficient.
struct DirectionStatistics : GlcmStatistics {
  double mcc = 1;  // square root of the second largest eigenvalue of Q
};

std::optional<DirectionStatistics> statistics_of(const GreyLevelRegion& region,
                                                 const Eigen::MatrixXd& counts) {
  if (counts.sum() == 0) return std::nullopt;
  DirectionStatistics statistics{glcm_statistics(counts, region.grey_levels, region.highest_level())};
  if (region.grey_levels.size() > 1) statistics.mcc = maximal_correlation_coefficient(counts);
  return statistics;
}

// sum_d exp(-|d|^2) P_d. Only the proportions of the weights matter, as the sum is normalised: they are taken
// relative to the nearest direction that has neighbours, since exp(-|d|^2) is 0 from 28 mm on.
Eigen::MatrixXd weighted_sum(const std::vector<Direction>& directions,
                             const std::vector<Eigen::MatrixXd>& matrices,
                             const DistanceWeighting& weighting) {
  const auto weight_exponent = [&](std::size_t i) {
    if (weighting.norm == WeightingNorm::no_weighting) return 0.0;
    const double length = weighting.length(directions[i]);
    return length * length;
  };
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    if (matrices[i].sum() > 0) nearest = std::min(nearest, weight_exponent(i));
  }
  const auto levels = matrices.front().rows();
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(levels, levels);
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    if (matrices[i].sum() > 0) sum += std::exp(nearest - weight_exponent(i)) * matrices[i];
  }
  return sum;
}

// The statistics whose averages the features are: of each direction, or of the weighted sum of all.
std::vector<std::optional<DirectionStatistics>> statistics_in_directions(
    const GreyLevelRegion& region, const std::optional<DistanceWeighting>& weighting) {
  const std::vector<Direction> all = directions(region.size);
  const std::vector<RowSpan> rows = rows_inside(region);
  std::vector<std::optional<DirectionStatistics>> statistics(all.size());
  std::vector<Eigen::MatrixXd> matrices(weighting ? all.size() : 0);
  oneapi::tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) {
    if (weighting) {
      matrices[i] = cooccurrence_matrix(region, all[i], rows);
    } else {
      statistics[i] = statistics_of(region, cooccurrence_matrix(region, all[i], rows));
    }
  });
  if (weighting && !all.empty()) {
    statistics = {statistics_of(region, weighted_sum(all, matrices, *weighting))};
  }
  std::erase_if(statistics, [](const auto& of_direction) { return !of_direction.has_value(); });
  return statistics;
}

struct GlcmFeature {
  std::string_view name;
  double DirectionStatistics::*value;
  bool sentinel_for_one_level = false;
};

constexpr GlcmFeature glcm_features_by_name[] = {
    {"Autocorrelation", &DirectionStatistics::autocorrelation},         // IBSI QWB0
    {"JointAverage", &DirectionStatistics::joint_average},              // IBSI 60VM
    {"ClusterProminence", &DirectionStatistics::cluster_prominence},    // IBSI AE86
    {"ClusterShade", &DirectionStatistics::cluster_shade},              // IBSI 7NFM
    {"ClusterTendency", &DirectionStatistics::cluster_tendency},        // IBSI DG8W
    {"Contrast", &DirectionStatistics::contrast},                       // IBSI ACUI
    {"Correlation", &DirectionStatistics::correlation, true},           // IBSI NI2N
    {"DifferenceAverage", &DirectionStatistics::difference_average},    // IBSI TF7R
    {"DifferenceEntropy", &DirectionStatistics::difference_entropy},    // IBSI NTRS
    {"DifferenceVariance", &DirectionStatistics::difference_variance},  // IBSI D3YU
    {"JointEnergy", &DirectionStatistics::joint_energy},                // IBSI 8ZQL
    {"JointEntropy", &DirectionStatistics::joint_entropy},              // IBSI TU9B
    {"Imc1", &DirectionStatistics::imc1, true},                         // IBSI R8DG
    {"Imc2", &DirectionStatistics::imc2, true},                         // IBSI JN9H
    {"Idm", &DirectionStatistics::idm},                                 // IBSI WF0Z
    {"MCC", &DirectionStatistics::mcc, true},                           // not in IBSI
    {"Idmn", &DirectionStatistics::idmn},                               // IBSI 1QCO
    {"Id", &DirectionStatistics::id},                                   // IBSI IB1Z
    {"Idn", &DirectionStatistics::idn},                                 // IBSI NDRX
    {"InverseVariance", &DirectionStatistics::inverse_variance},        // IBSI E8JP
    {"MaximumProbability", &DirectionStatistics::maximum_probability},  // IBSI GYBY
    {"SumAverage", &DirectionStatistics::sum_average},                  // IBSI ZGXS
    {"SumEntropy", &DirectionStatistics::sum_entropy},                  // IBSI P6QZ
    {"SumSquares", &DirectionStatistics::sum_squares},                  // IBSI UR99
};

}  // namespace

FeatureValues glcm_features(const GreyLevelRegion& region,
                            const std::optional<DistanceWeighting>& weighting) {
  const auto by_direction = statistics_in_directions(region, weighting);
  FeatureValues features;
  for (const GlcmFeature& feature : glcm_features_by_name) {
    if (by_direction.empty()) {
      features.push_back(undefined(feature.name, UndefinedReason::no_neighbours));
      continue;
    }
    double sum = 0;
    for (const auto& statistics : by_direction) sum += (*statistics).*feature.value;
    FeatureValue value{feature.name, sum / static_cast<double>(by_direction.size()), {}};
    if (feature.sentinel_for_one_level && region.grey_levels.size() == 1) {
      value.reason = UndefinedReason::single_grey_level;
    }
    features.push_back(value);
  }
  return features;
}

}  // namespace glisson::engine
