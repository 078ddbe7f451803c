// Co-occurrence features against a direct implementation: every pair of voxels is looked at as the definition
// says, and the formulas are summed over full matrices with all grey levels from 1 to Ng.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "engine/features/glcm_features.hpp"
#include "tests/support/random_region.hpp"

namespace glisson::engine {
namespace {

using tests::half_of_directions;
using tests::log2_or_0;
using tests::mean_of;
using tests::moved;
using tests::Place;
using tests::value_of;

class CooccurrenceFeatures : public tests::TextureFeatures {};

using Matrix = std::vector<std::vector<double>>;

// Square root of the second largest eigenvalue of Q: the eigenvector (1, ..., 1) with eigenvalue 1 is
// projected out (its left eigenvector is p_x), then power iteration finds the largest of the rest.
double second_eigenvalue_root(const Matrix& p, const std::vector<double>& marginal) {
  const std::size_t n = p.size();
  Matrix q(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = 0; k < n; ++k) {
        if (marginal[i] > 0 && marginal[k] > 0) q[i][j] += p[i][k] * p[j][k] / (marginal[i] * marginal[k]);
      }
      if (marginal[i] > 0) q[i][j] -= marginal[j];
    }
  }
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = std::sin(1.0 + static_cast<double>(i) * 1.7);
  double eigenvalue = 0;
  for (int iteration = 0; iteration < 20000; ++iteration) {
    std::vector<double> next(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) next[i] += q[i][j] * v[j];
    }
    double norm = 0;
    for (const double x : next) norm += x * x;
    norm = std::sqrt(norm);
    if (norm < 1e-300) return 0;
    for (double& x : next) x /= norm;
    v = next;
    eigenvalue = norm;
  }
  return std::sqrt(eigenvalue);
}

std::map<std::string, double> glcm_by_definition(const Matrix& counts) {
  const std::size_t n = counts.size();
  const auto ng = static_cast<double>(n);
  double total = 0;
  for (const auto& row : counts) {
    for (const double c : row) total += c;
  }
  Matrix p = counts;
  std::vector<double> px(n, 0);
  double mu = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      p[i][j] /= total;
      px[i] += p[i][j];
      mu += p[i][j] * static_cast<double>(i + 1);
    }
  }
  std::map<std::string, double> f;
  std::vector<double> sums(2 * n + 1, 0);
  std::vector<double> differences(n, 0);
  double covariance = 0;
  double hxy1 = 0;
  double hxy2 = 0;
  double hx = 0;
  f["MaximumProbability"] = 0;
  for (std::size_t a = 0; a < n; ++a) {
    hx -= px[a] * log2_or_0(px[a]);
    for (std::size_t b = 0; b < n; ++b) {
      const auto i = static_cast<double>(a + 1);
      const auto j = static_cast<double>(b + 1);
      sums[a + b + 2] += p[a][b];
      differences[a > b ? a - b : b - a] += p[a][b];
      f["Autocorrelation"] += p[a][b] * i * j;
      f["JointAverage"] += p[a][b] * i;
      f["ClusterProminence"] += p[a][b] * std::pow(i + j - 2 * mu, 4);
      f["ClusterShade"] += p[a][b] * std::pow(i + j - 2 * mu, 3);
      f["ClusterTendency"] += p[a][b] * std::pow(i + j - 2 * mu, 2);
      f["Contrast"] += p[a][b] * std::pow(i - j, 2);
      f["SumSquares"] += p[a][b] * std::pow(i - mu, 2);
      f["JointEnergy"] += p[a][b] * p[a][b];
      f["JointEntropy"] -= p[a][b] * log2_or_0(p[a][b]);
      f["MaximumProbability"] = std::max(f["MaximumProbability"], p[a][b]);
      covariance += p[a][b] * (i - mu) * (j - mu);
      hxy1 -= p[a][b] * log2_or_0(px[a] * px[b]);
      hxy2 -= px[a] * px[b] * log2_or_0(px[a] * px[b]);
    }
  }
  f["Correlation"] = f["SumSquares"] > 0 ? covariance / f["SumSquares"] : 1;
  f["Imc1"] = hx > 0 ? (f["JointEntropy"] - hxy1) / hx : 0;
  f["Imc2"] = std::sqrt(std::max(0.0, 1 - std::exp(-2 * (hxy2 - f["JointEntropy"]))));
  f["MCC"] = second_eigenvalue_root(p, px);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    f["SumAverage"] += static_cast<double>(k) * sums[k];
    f["SumEntropy"] -= sums[k] * log2_or_0(sums[k]);
  }
  f["InverseVariance"] = 0;
  for (std::size_t index = 0; index < n; ++index) {
    const auto k = static_cast<double>(index);
    f["DifferenceAverage"] += k * differences[index];
    f["DifferenceEntropy"] -= differences[index] * log2_or_0(differences[index]);
    f["Id"] += differences[index] / (1 + k);
    f["Idm"] += differences[index] / (1 + k * k);
    f["Idn"] += differences[index] / (1 + k / ng);
    f["Idmn"] += differences[index] / (1 + k * k / ng / ng);
    if (index > 0) f["InverseVariance"] += differences[index] / k / k;
  }
  for (std::size_t k = 0; k < n; ++k) {
    f["DifferenceVariance"] += std::pow(static_cast<double>(k) - f["DifferenceAverage"], 2) * differences[k];
  }
  return f;
}

// The counts of one direction and its opposite; empty where no voxel has such a neighbour.
Matrix counts_in(const tests::Levels& levels, const Place& direction, std::size_t n) {
  Matrix counts(n, std::vector<double>(n, 0));
  bool any = false;
  for (const auto& [place, level] : levels) {
    const auto neighbour = levels.find(moved(place, direction));
    if (neighbour == levels.end()) continue;
    any = true;
    const auto i = static_cast<std::size_t>(level - 1);
    const auto j = static_cast<std::size_t>(neighbour->second - 1);
    counts[i][j] += 1;
    counts[j][i] += 1;
  }
  return any ? counts : Matrix{};
}

TEST_P(CooccurrenceFeatures, OfCooccurrencesFollowTheDefinition) {
  std::vector<std::map<std::string, double>> by_direction;
  const auto n = static_cast<std::size_t>(region_.highest_level());
  for (const Place& direction : half_of_directions()) {
    const Matrix counts = counts_in(levels_, direction, n);
    if (!counts.empty()) by_direction.push_back(glcm_by_definition(counts));
  }
  ASSERT_FALSE(by_direction.empty());
  auto expected = mean_of(by_direction);
  const FeatureValues features = glcm_features(region_);
  // Power iteration converges slowly where two eigenvalues are close.
  EXPECT_NEAR(value_of(features, "MCC"), expected.at("MCC"), 1e-5);
  expected["MCC"] = value_of(features, "MCC");
  expect_equal(expected, features);
}

// PyRadiomics, weightingNorm: sum_d exp(-|d|^2) P_d, then one set of features.
TEST_P(CooccurrenceFeatures, OfWeightedDirectionsFollowTheDefinition) {
  const std::array<double, 3> spacing{0.7, 0.9, 1.6};
  const auto n = static_cast<std::size_t>(region_.highest_level());
  for (const auto& [norm, length] : tests::norms_by_definition(spacing)) {
    Matrix sum(n, std::vector<double>(n, 0));
    for (const Place& direction : half_of_directions()) {
      const Matrix counts = counts_in(levels_, direction, n);
      if (counts.empty()) continue;
      const double weight =
          norm == WeightingNorm::no_weighting ? 1 : std::exp(-std::pow(length(direction), 2));
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) sum[i][j] += weight * counts[i][j];
      }
    }
    auto expected = glcm_by_definition(sum);
    const FeatureValues features = glcm_features(region_, DistanceWeighting{norm, spacing});
    EXPECT_NEAR(value_of(features, "MCC"), expected.at("MCC"), 1e-5);
    expected["MCC"] = value_of(features, "MCC");
    expect_equal(expected, features);
  }
}

// exp(-30^2) is no longer a number above 0; the proportions of the weights are.
TEST_P(CooccurrenceFeatures, OfVoxelsFarApartAreWeightedAllTheSame) {
  const FeatureValues features =
      glcm_features(region_, DistanceWeighting{WeightingNorm::infinity, {30, 30, 30}});
  expect_same(features, glcm_features(region_, DistanceWeighting{WeightingNorm::no_weighting, {30, 30, 30}}));
}

INSTANTIATE_TEST_SUITE_P(RandomRegions, CooccurrenceFeatures, testing::ValuesIn(tests::random_regions));

}  // namespace
}  // namespace glisson::engine
