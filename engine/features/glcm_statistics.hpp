#pragma once

#include <Eigen/Core>
#include <span>

namespace glisson::engine {

/// What is read off a symmetric grey level co-occurrence matrix (Haralick et al., IEEE Trans. Syst. Man
/// Cybern. 1973). p(i,j) is the matrix divided by its sum; as it is symmetric, p_x = p_y, mu_x = mu_y = mu,
/// sigma_x = sigma_y = sigma and HX = HY. p_{x+y}(k) and p_{x-y}(k) are the sums of p(i,j) over i + j = k and
/// |i - j| = k. e is the distance from 1 to the next double.
struct GlcmStatistics {
  double autocorrelation = 0;      ///< sum p(i,j) i j
  double joint_average = 0;        ///< mu
  double cluster_prominence = 0;   ///< sum p(i,j) (i + j - 2 mu)^4
  double cluster_shade = 0;        ///< sum p(i,j) (i + j - 2 mu)^3
  double cluster_tendency = 0;     ///< sum p(i,j) (i + j - 2 mu)^2
  double contrast = 0;             ///< sum p(i,j) (i - j)^2
  double correlation = 1;          ///< sum p(i,j) (i - mu) (j - mu) / sigma^2; 1 where sigma is 0
  double difference_average = 0;   ///< DA = sum k p_{x-y}(k)
  double difference_entropy = 0;   ///< - sum p_{x-y}(k) log2(p_{x-y}(k) + e)
  double difference_variance = 0;  ///< sum (k - DA)^2 p_{x-y}(k)
  double joint_energy = 0;         ///< sum p(i,j)^2
  double joint_entropy = 0;        ///< HXY = - sum p(i,j) log2(p(i,j) + e)
  double imc1 = 0;                 ///< (HXY - HXY1) / HX; 0 where HX is 0
  double imc2 = 0;                 ///< sqrt(1 - exp(-2 (HXY2 - HXY))); 0 where HXY2 <= HXY
  double idm = 0;                  ///< sum p_{x-y}(k) / (1 + k^2)
  double idmn = 0;                 ///< sum p_{x-y}(k) / (1 + k^2 / N_g^2)
  double id = 0;                   ///< sum p_{x-y}(k) / (1 + k)
  double idn = 0;                  ///< sum p_{x-y}(k) / (1 + k / N_g)
  double inverse_variance = 0;     ///< sum over k > 0 of p_{x-y}(k) / k^2
  double maximum_probability = 0;  ///< max p(i,j)
  double sum_average = 0;          ///< SA = sum k p_{x+y}(k)
  double sum_entropy = 0;          ///< - sum p_{x+y}(k) log2(p_{x+y}(k) + e)
  double sum_variance = 0;         ///< sum (k - SA)^2 p_{x+y}(k)
  double sum_squares = 0;          ///< sigma^2 = sum p(i,j) (i - mu)^2
};

/// @param counts how often a voxel of levels[i] has a neighbour of levels[j]; symmetric, sum greater than 0.
/// @param levels the grey level of each row and column, ascending.
/// @param level_count N_g, not less than the highest of `levels`.
GlcmStatistics glcm_statistics(const Eigen::MatrixXd& counts, std::span<const int> levels, int level_count);

}  // namespace glisson::engine
