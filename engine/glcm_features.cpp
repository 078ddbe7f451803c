#include "engine/glcm_features.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "engine/cooccurrences.hpp"

namespace glisson::engine {
namespace {

// A normalised, symmetric matrix p(i,j) with its marginals. As it is symmetric, p_x = p_y, mu_x = mu_y = mu
// and HX = HY. N_g is the highest grey level.
struct Glcm {
  const std::vector<int>& levels;               // i of each row
  double level_count;                           // N_g
  Eigen::MatrixXd p;                            // p(i,j)
  Eigen::VectorXd marginal;                     // p_x(i) = sum_j p(i,j)
  double mean = 0;                              // mu = sum p_x(i) i
  std::vector<double> sum_distribution;         // p_{x+y}(k) at k
  std::vector<double> difference_distribution;  // p_{x-y}(k) at k

  Glcm(const GreyLevelRegion& region, const Eigen::MatrixXd& counts)
      : levels(region.grey_levels),
        level_count(region.highest_level()),
        p(counts / counts.sum()),
        marginal(p.rowwise().sum()),
        sum_distribution(2 * static_cast<std::size_t>(region.highest_level()) + 1, 0.0),
        difference_distribution(static_cast<std::size_t>(region.highest_level()), 0.0) {
    for (Eigen::Index j = 0; j < p.cols(); ++j) {
      mean += marginal[j] * level(j);
      for (Eigen::Index i = 0; i < p.rows(); ++i) {
        sum_distribution[static_cast<std::size_t>(level(i)) + static_cast<std::size_t>(level(j))] += p(i, j);
        difference_distribution[static_cast<std::size_t>(std::abs(level(i) - level(j)))] += p(i, j);
      }
    }
  }
  int level(Eigen::Index i) const { return levels[static_cast<std::size_t>(i)]; }
};

struct GlcmStatistics {
  double autocorrelation = 0;      // sum p(i,j) i j
  double joint_average = 0;        // mu
  double cluster_prominence = 0;   // sum p(i,j) (i + j - 2 mu)^4
  double cluster_shade = 0;        // sum p(i,j) (i + j - 2 mu)^3
  double cluster_tendency = 0;     // sum p(i,j) (i + j - 2 mu)^2
  double contrast = 0;             // sum p(i,j) (i - j)^2
  double correlation = 1;          // sum p(i,j) (i - mu) (j - mu) / sigma^2; 1 where sigma is 0
  double difference_average = 0;   // DA = sum k p_{x-y}(k)
  double difference_entropy = 0;   // - sum p_{x-y}(k) log2(p_{x-y}(k) + e)
  double difference_variance = 0;  // sum (k - DA)^2 p_{x-y}(k)
  double joint_energy = 0;         // sum p(i,j)^2
  double joint_entropy = 0;        // HXY = - sum p(i,j) log2(p(i,j) + e)
  double imc1 = 0;                 // (HXY - HXY1) / HX; 0 where HX is 0
  double imc2 = 0;                 // sqrt(1 - exp(-2 (HXY2 - HXY))); 0 where HXY2 <= HXY
  double idm = 0;                  // sum p_{x-y}(k) / (1 + k^2)
  double mcc = 1;                  // square root of the second largest eigenvalue of Q
  double idmn = 0;                 // sum p_{x-y}(k) / (1 + k^2 / N_g^2)
  double id = 0;                   // sum p_{x-y}(k) / (1 + k)
  double idn = 0;                  // sum p_{x-y}(k) / (1 + k / N_g)
  double inverse_variance = 0;     // sum over k > 0 of p_{x-y}(k) / k^2
  double maximum_probability = 0;  // max p(i,j)
  double sum_average = 0;          // sum k p_{x+y}(k)
  double sum_entropy = 0;          // - sum p_{x+y}(k) log2(p_{x+y}(k) + e)
  double sum_squares = 0;          // sigma^2 = sum p(i,j) (i - mu)^2
};

void add_joint_statistics(const Glcm& glcm, GlcmStatistics& s) {
  double covariance = 0;
  s.joint_average = glcm.mean;
  s.maximum_probability = glcm.p.maxCoeff();
  for (Eigen::Index j = 0; j < glcm.p.cols(); ++j) {
    const double y = glcm.level(j) - glcm.mean;
    s.sum_squares += glcm.marginal[j] * y * y;
    for (Eigen::Index i = 0; i < glcm.p.rows(); ++i) {
      const double p = glcm.p(i, j);
      const double x = glcm.level(i) - glcm.mean;
      const double cluster = (x + y) * (x + y);
      const double difference = glcm.level(i) - glcm.level(j);
      s.autocorrelation += p * glcm.level(i) * glcm.level(j);
      s.cluster_tendency += p * cluster;
      s.cluster_shade += p * cluster * (x + y);
      s.cluster_prominence += p * cluster * cluster;
      s.contrast += p * difference * difference;
      s.joint_energy += p * p;
      s.joint_entropy -= p_log2_p(p);
      covariance += p * x * y;
    }
  }
  if (s.sum_squares > 0) s.correlation = covariance / s.sum_squares;
}

void add_sum_and_difference_statistics(const Glcm& glcm, GlcmStatistics& s) {
  const double n = glcm.level_count;
  for (std::size_t index = 0; index < glcm.sum_distribution.size(); ++index) {
    const double p = glcm.sum_distribution[index];
    s.sum_average += static_cast<double>(index) * p;
    s.sum_entropy -= p_log2_p(p);
  }
  for (std::size_t index = 0; index < glcm.difference_distribution.size(); ++index) {
    const double p = glcm.difference_distribution[index];
    const auto k = static_cast<double>(index);
    s.difference_average += k * p;
    s.difference_entropy -= p_log2_p(p);
    s.id += p / (1 + k);
    s.idm += p / (1 + k * k);
    s.idn += p / (1 + k / n);
    s.idmn += p / (1 + k * k / (n * n));
    if (index > 0) s.inverse_variance += p / (k * k);
  }
  for (std::size_t index = 0; index < glcm.difference_distribution.size(); ++index) {
    const double d = static_cast<double>(index) - s.difference_average;
    s.difference_variance += d * d * glcm.difference_distribution[index];
  }
}

// HX   = - sum p_x(i) log2(p_x(i) + e)
// HXY1 = - sum p(i,j) log2(p_x(i) p_x(j) + e)
// HXY2 = - sum p_x(i) p_x(j) log2(p_x(i) p_x(j) + e)
void add_information_correlations(const Glcm& glcm, GlcmStatistics& s) {
  constexpr double e = std::numeric_limits<double>::epsilon();
  double hx = 0;
  double hxy1 = 0;
  double hxy2 = 0;
  for (Eigen::Index j = 0; j < glcm.p.cols(); ++j) {
    hx -= p_log2_p(glcm.marginal[j]);
    for (Eigen::Index i = 0; i < glcm.p.rows(); ++i) {
      const double independent = glcm.marginal[i] * glcm.marginal[j];
      const double logarithm = std::log2(independent + e);
      hxy1 -= glcm.p(i, j) * logarithm;
      hxy2 -= independent * logarithm;
    }
  }
  if (hx > 0) s.imc1 = (s.joint_entropy - hxy1) / hx;
  if (hxy2 > s.joint_entropy) s.imc2 = std::sqrt(1 - std::exp(-2 * (hxy2 - s.joint_entropy)));
}

// Q(i,j) = sum_k p(i,k) p(j,k) / (p_x(i) p_x(k)). With D = diag(p_x), Q = D^-1 p D^-1 p is similar to the
// square of the symmetric S = D^-1/2 p D^-1/2: what is sought is the second largest absolute eigenvalue of S.
// Levels without neighbours in this direction add eigenvalues 0.
double maximal_correlation_coefficient(const Glcm& glcm) {
  const Eigen::VectorXd scale =
      glcm.marginal.unaryExpr([](double m) { return m > 0 ? 1 / std::sqrt(m) : 0.0; });
  const Eigen::MatrixXd s = scale.asDiagonal() * glcm.p * scale.asDiagonal();
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(s, Eigen::EigenvaluesOnly).eigenvalues().cwiseAbs();
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() - 2];
}

std::optional<GlcmStatistics> statistics_in(const GreyLevelRegion& region, const Direction& direction) {
  const Eigen::MatrixXd counts = cooccurrence_matrix(region, direction);
  if (counts.sum() == 0) return std::nullopt;
  const Glcm glcm(region, counts);
  GlcmStatistics statistics;
  add_joint_statistics(glcm, statistics);
  add_sum_and_difference_statistics(glcm, statistics);
  add_information_correlations(glcm, statistics);
  if (region.grey_levels.size() > 1) statistics.mcc = maximal_correlation_coefficient(glcm);
  return statistics;
}

struct GlcmFeature {
  std::string_view name;
  double GlcmStatistics::*value;
  bool sentinel_for_one_level = false;
};

constexpr GlcmFeature glcm_features_by_name[] = {
    {"Autocorrelation", &GlcmStatistics::autocorrelation},         // IBSI QWB0
    {"JointAverage", &GlcmStatistics::joint_average},              // IBSI 60VM
    {"ClusterProminence", &GlcmStatistics::cluster_prominence},    // IBSI AE86
    {"ClusterShade", &GlcmStatistics::cluster_shade},              // IBSI 7NFM
    {"ClusterTendency", &GlcmStatistics::cluster_tendency},        // IBSI DG8W
    {"Contrast", &GlcmStatistics::contrast},                       // IBSI ACUI
    {"Correlation", &GlcmStatistics::correlation, true},           // IBSI NI2N
    {"DifferenceAverage", &GlcmStatistics::difference_average},    // IBSI TF7R
    {"DifferenceEntropy", &GlcmStatistics::difference_entropy},    // IBSI NTRS
    {"DifferenceVariance", &GlcmStatistics::difference_variance},  // IBSI D3YU
    {"JointEnergy", &GlcmStatistics::joint_energy},                // IBSI 8ZQL
    {"JointEntropy", &GlcmStatistics::joint_entropy},              // IBSI TU9B
    {"Imc1", &GlcmStatistics::imc1, true},                         // IBSI R8DG
    {"Imc2", &GlcmStatistics::imc2, true},                         // IBSI JN9H
    {"Idm", &GlcmStatistics::idm},                                 // IBSI WF0Z
    {"MCC", &GlcmStatistics::mcc, true},                           // not in IBSI
    {"Idmn", &GlcmStatistics::idmn},                               // IBSI 1QCO
    {"Id", &GlcmStatistics::id},                                   // IBSI IB1Z
    {"Idn", &GlcmStatistics::idn},                                 // IBSI NDRX
    {"InverseVariance", &GlcmStatistics::inverse_variance},        // IBSI E8JP
    {"MaximumProbability", &GlcmStatistics::maximum_probability},  // IBSI GYBY
    {"SumAverage", &GlcmStatistics::sum_average},                  // IBSI ZGXS
    {"SumEntropy", &GlcmStatistics::sum_entropy},                  // IBSI P6QZ
    {"SumSquares", &GlcmStatistics::sum_squares},                  // IBSI UR99
};

}  // namespace

FeatureValues glcm_features(const GreyLevelRegion& region) {
  const std::vector<Direction> all = directions(region.size);
  std::vector<std::optional<GlcmStatistics>> by_direction(all.size());
  oneapi::tbb::parallel_for(std::size_t{0}, all.size(),
                            [&](std::size_t i) { by_direction[i] = statistics_in(region, all[i]); });
  std::erase_if(by_direction, [](const auto& statistics) { return !statistics.has_value(); });

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
