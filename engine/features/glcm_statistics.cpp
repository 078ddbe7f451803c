#include "engine/features/glcm_statistics.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "engine/features/feature_values.hpp"

namespace glisson::engine {
namespace {

// A normalised, symmetric matrix p(i,j) with its marginals. As it is symmetric, p_x = p_y, mu_x = mu_y = mu
// and HX = HY. N_g is the highest grey level.
struct Glcm {
  std::span<const int> levels;                  // i of each row
  double level_count;                           // N_g
  Eigen::MatrixXd p;                            // p(i,j)
  Eigen::VectorXd marginal;                     // p_x(i) = sum_j p(i,j)
  double mean = 0;                              // mu = sum p_x(i) i
  std::vector<double> sum_distribution;         // p_{x+y}(k) at k
  std::vector<double> difference_distribution;  // p_{x-y}(k) at k

  Glcm(const Eigen::MatrixXd& counts, std::span<const int> levels_of_rows, int highest_level)
      : levels(levels_of_rows),
        level_count(highest_level),
        p(counts / counts.sum()),
        marginal(p.rowwise().sum()),
        sum_distribution(2 * static_cast<std::size_t>(highest_level) + 1, 0.0),
        difference_distribution(static_cast<std::size_t>(highest_level), 0.0) {
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
  for (std::size_t index = 0; index < glcm.sum_distribution.size(); ++index) {
    const double d = static_cast<double>(index) - s.sum_average;
    s.sum_variance += d * d * glcm.sum_distribution[index];
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

}  // namespace

GlcmStatistics glcm_statistics(const Eigen::MatrixXd& counts, std::span<const int> levels, int level_count) {
  const Glcm glcm(counts, levels, level_count);
  GlcmStatistics statistics;
  add_joint_statistics(glcm, statistics);
  add_sum_and_difference_statistics(glcm, statistics);
  add_information_correlations(glcm, statistics);
  return statistics;
}

}  // namespace glisson::engine
