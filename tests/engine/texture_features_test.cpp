// The texture classes against direct implementations: every pair of voxels, every line, every zone is looked
// at as the definition says, and the formulas are summed over full matrices with all grey levels from 1 to
// Ng.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "engine/features/glcm_features.hpp"
#include "engine/features/gldm_features.hpp"
#include "engine/features/glrlm_features.hpp"
#include "engine/features/glszm_features.hpp"
#include "engine/features/ngtdm_features.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

using tests::value_of;

// A region as a list of places and levels: nothing is known about neighbours but what is asked.
using Place = std::array<int, 3>;
using Levels = std::map<Place, int>;

Levels levels_of(const GreyLevelRegion& region) {
  Levels levels;
  for (int z = 0; z < region.size[2]; ++z) {
    for (int y = 0; y < region.size[1]; ++y) {
      for (int x = 0; x < region.size[0]; ++x) {
        const auto level = region.levels[region.offset(x, y, z)];
        if (level != 0) levels[{x, y, z}] = region.grey_levels[level - 1U];
      }
    }
  }
  return levels;
}

Place moved(const Place& place, const Place& by, int times = 1) {
  return {place[0] + times * by[0], place[1] + times * by[1], place[2] + times * by[2]};
}

std::vector<Place> all_directions() {
  std::vector<Place> result;
  for (int z = -1; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        if (x != 0 || y != 0 || z != 0) result.push_back({x, y, z});
      }
    }
  }
  return result;
}

// One of each opposite pair: of a centrally symmetric list, the second half.
std::vector<Place> half_of_directions() {
  auto all = all_directions();
  return {all.begin() + 13, all.end()};
}

struct RandomRegion {
  std::array<int, 3> size;
  int levels;
  double filled;
  unsigned seed;
};

// Dense, sparse, flat and thin regions.
const std::vector<RandomRegion> random_regions{
    {{6, 5, 4}, 4, 0.7, 1}, {{6, 5, 4}, 12, 0.9, 2}, {{7, 7, 7}, 3, 0.15, 3}, {{8, 6, 1}, 5, 0.8, 4},
    {{1, 9, 5}, 4, 0.7, 5}, {{5, 5, 5}, 2, 1.0, 6},  {{12, 1, 1}, 3, 0.9, 7}, {{6, 6, 6}, 40, 0.8, 8}};

class TextureFeatures : public testing::TestWithParam<RandomRegion> {
 protected:
  const GreyLevelRegion region_ = tests::grey_levels(
      tests::random_image(GetParam().size, GetParam().levels, GetParam().filled, GetParam().seed));
  const Levels levels_ = levels_of(region_);

  static void expect_equal(const std::map<std::string, double>& expected, const FeatureValues& features) {
    EXPECT_EQ(features.size(), expected.size());
    for (const auto& [name, value] : expected) {
      EXPECT_NEAR(value_of(features, name), value, 1e-9 * std::max(1.0, std::abs(value))) << name;
    }
  }
};

using Matrix = std::vector<std::vector<double>>;

double log2_or_0(double p) { return p > 0 ? std::log2(p) : 0; }

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

std::map<std::string, double> mean_of(const std::vector<std::map<std::string, double>>& by_direction) {
  std::map<std::string, double> mean;
  for (const auto& features : by_direction) {
    for (const auto& [name, value] : features) mean[name] += value / static_cast<double>(by_direction.size());
  }
  return mean;
}

TEST_P(TextureFeatures, OfCooccurrencesFollowTheDefinition) {
  std::vector<std::map<std::string, double>> by_direction;
  const auto n = static_cast<std::size_t>(region_.highest_level());
  for (const Place& direction : half_of_directions()) {
    Matrix counts(n, std::vector<double>(n, 0));
    bool any = false;
    for (const auto& [place, level] : levels_) {
      const auto neighbour = levels_.find(moved(place, direction));
      if (neighbour == levels_.end()) continue;
      any = true;
      const auto i = static_cast<std::size_t>(level - 1);
      const auto j = static_cast<std::size_t>(neighbour->second - 1);
      counts[i][j] += 1;
      counts[j][i] += 1;
    }
    if (any) by_direction.push_back(glcm_by_definition(counts));
  }
  ASSERT_FALSE(by_direction.empty());
  auto expected = mean_of(by_direction);
  const FeatureValues features = glcm_features(region_);
  // Power iteration converges slowly where two eigenvalues are close.
  EXPECT_NEAR(value_of(features, "MCC"), expected.at("MCC"), 1e-5);
  expected["MCC"] = value_of(features, "MCC");
  expect_equal(expected, features);
}

// The features that GLRLM, GLSZM and GLDM share, from a list with one (level, extent) for each group.
std::map<std::string, double> statistics_by_definition(const std::vector<std::pair<int, int>>& groups,
                                                       double voxels) {
  const auto n = static_cast<double>(groups.size());
  std::map<int, double> by_level;
  std::map<int, double> by_extent;
  std::map<std::pair<int, int>, double> by_both;
  std::map<std::string, double> f;
  double mean_level = 0;
  double mean_extent = 0;
  for (const auto& group : groups) {
    const double i = group.first;
    const double j = group.second;
    by_level[group.first] += 1;
    by_extent[group.second] += 1;
    by_both[group] += 1;
    mean_level += i / n;
    mean_extent += j / n;
    f["short"] += 1 / j / j / n;
    f["long"] += j * j / n;
    f["low"] += 1 / i / i / n;
    f["high"] += i * i / n;
    f["short low"] += 1 / i / i / j / j / n;
    f["short high"] += i * i / j / j / n;
    f["long low"] += j * j / i / i / n;
    f["long high"] += i * i * j * j / n;
  }
  for (const auto& [level, count] : by_level) f["level non-uniformity"] += count * count / n;
  for (const auto& [extent, count] : by_extent) f["extent non-uniformity"] += count * count / n;
  f["level non-uniformity normalised"] = f["level non-uniformity"] / n;
  f["extent non-uniformity normalised"] = f["extent non-uniformity"] / n;
  for (const auto& [both, count] : by_both) f["entropy"] -= count / n * log2_or_0(count / n);
  for (const auto& [level, extent] : groups) {
    f["level variance"] += std::pow(level - mean_level, 2) / n;
    f["extent variance"] += std::pow(extent - mean_extent, 2) / n;
  }
  f["percentage"] = n / voxels;
  return f;
}

std::map<std::string, double> renamed(const std::map<std::string, double>& statistics,
                                      const std::map<std::string, std::string>& names) {
  std::map<std::string, double> result;
  for (const auto& [from, to] : names) result[to] = statistics.at(from);
  return result;
}

TEST_P(TextureFeatures, OfRunLengthsFollowTheDefinition) {
  std::vector<std::map<std::string, double>> by_direction;
  for (const Place& direction : half_of_directions()) {
    bool line_of_two = false;
    std::vector<std::pair<int, int>> runs;
    for (const auto& [place, level] : levels_) {
      for (int steps = 1; steps < 20; ++steps)
        line_of_two |= levels_.contains(moved(place, direction, steps));
      const auto before = levels_.find(moved(place, direction, -1));
      if (before != levels_.end() && before->second == level) continue;
      int length = 1;
      for (auto next = levels_.find(moved(place, direction, 1));
           next != levels_.end() && next->second == level;
           next = levels_.find(moved(place, direction, length))) {
        ++length;
      }
      runs.emplace_back(level, length);
    }
    if (line_of_two) {
      by_direction.push_back(statistics_by_definition(runs, static_cast<double>(levels_.size())));
    }
  }
  expect_equal(renamed(mean_of(by_direction),
                       {{"short", "ShortRunEmphasis"},
                        {"long", "LongRunEmphasis"},
                        {"low", "LowGrayLevelRunEmphasis"},
                        {"high", "HighGrayLevelRunEmphasis"},
                        {"short low", "ShortRunLowGrayLevelEmphasis"},
                        {"short high", "ShortRunHighGrayLevelEmphasis"},
                        {"long low", "LongRunLowGrayLevelEmphasis"},
                        {"long high", "LongRunHighGrayLevelEmphasis"},
                        {"level non-uniformity", "GrayLevelNonUniformity"},
                        {"level non-uniformity normalised", "GrayLevelNonUniformityNormalized"},
                        {"extent non-uniformity", "RunLengthNonUniformity"},
                        {"extent non-uniformity normalised", "RunLengthNonUniformityNormalized"},
                        {"entropy", "RunEntropy"},
                        {"level variance", "GrayLevelVariance"},
                        {"extent variance", "RunVariance"},
                        {"percentage", "RunPercentage"}}),
               glrlm_features(region_));
}

TEST_P(TextureFeatures, OfZoneSizesFollowTheDefinition) {
  std::vector<std::pair<int, int>> zones;
  std::set<Place> seen;
  for (const auto& [seed, level] : levels_) {
    if (seen.contains(seed)) continue;
    int size = 0;
    std::queue<Place> pending({seed});
    seen.insert(seed);
    while (!pending.empty()) {
      const Place place = pending.front();
      pending.pop();
      ++size;
      for (const Place& direction : all_directions()) {
        const auto neighbour = levels_.find(moved(place, direction));
        if (neighbour == levels_.end() || neighbour->second != level) continue;
        if (seen.insert(neighbour->first).second) pending.push(neighbour->first);
      }
    }
    zones.emplace_back(level, size);
  }
  expect_equal(renamed(statistics_by_definition(zones, static_cast<double>(levels_.size())),
                       {{"short", "SmallAreaEmphasis"},
                        {"long", "LargeAreaEmphasis"},
                        {"low", "LowGrayLevelZoneEmphasis"},
                        {"high", "HighGrayLevelZoneEmphasis"},
                        {"short low", "SmallAreaLowGrayLevelEmphasis"},
                        {"short high", "SmallAreaHighGrayLevelEmphasis"},
                        {"long low", "LargeAreaLowGrayLevelEmphasis"},
                        {"long high", "LargeAreaHighGrayLevelEmphasis"},
                        {"level non-uniformity", "GrayLevelNonUniformity"},
                        {"level non-uniformity normalised", "GrayLevelNonUniformityNormalized"},
                        {"extent non-uniformity", "SizeZoneNonUniformity"},
                        {"extent non-uniformity normalised", "SizeZoneNonUniformityNormalized"},
                        {"entropy", "ZoneEntropy"},
                        {"level variance", "GrayLevelVariance"},
                        {"extent variance", "ZoneVariance"},
                        {"percentage", "ZonePercentage"}}),
               glszm_features(region_));
}

TEST_P(TextureFeatures, OfDependencesFollowTheDefinition) {
  std::vector<std::pair<int, int>> dependences;
  for (const auto& [place, level] : levels_) {
    int dependence = 1;
    for (const Place& direction : all_directions()) {
      const auto neighbour = levels_.find(moved(place, direction));
      if (neighbour != levels_.end() && neighbour->second == level) ++dependence;
    }
    dependences.emplace_back(level, dependence);
  }
  expect_equal(renamed(statistics_by_definition(dependences, static_cast<double>(levels_.size())),
                       {{"short", "SmallDependenceEmphasis"},
                        {"long", "LargeDependenceEmphasis"},
                        {"low", "LowGrayLevelEmphasis"},
                        {"high", "HighGrayLevelEmphasis"},
                        {"short low", "SmallDependenceLowGrayLevelEmphasis"},
                        {"short high", "SmallDependenceHighGrayLevelEmphasis"},
                        {"long low", "LargeDependenceLowGrayLevelEmphasis"},
                        {"long high", "LargeDependenceHighGrayLevelEmphasis"},
                        {"level non-uniformity", "GrayLevelNonUniformity"},
                        {"extent non-uniformity", "DependenceNonUniformity"},
                        {"extent non-uniformity normalised", "DependenceNonUniformityNormalized"},
                        {"entropy", "DependenceEntropy"},
                        {"level variance", "GrayLevelVariance"},
                        {"extent variance", "DependenceVariance"}}),
               gldm_features(region_));
}

TEST_P(TextureFeatures, OfToneDifferencesFollowTheDefinition) {
  std::map<int, double> p;
  std::map<int, double> s;
  const auto voxels = static_cast<double>(levels_.size());
  for (const auto& [place, level] : levels_) {
    double sum = 0;
    double count = 0;
    for (const Place& direction : all_directions()) {
      const auto neighbour = levels_.find(moved(place, direction));
      if (neighbour == levels_.end()) continue;
      sum += neighbour->second;
      ++count;
    }
    p[level] += 1 / voxels;
    s[level] += count > 0 ? std::abs(level - sum / count) : 0;
  }
  double sum_s = 0;
  double sum_ps = 0;
  double contrast = 0;
  double busyness = 0;
  double complexity = 0;
  double strength = 0;
  for (const auto& [i, pi] : p) {
    sum_s += s[i];
    sum_ps += pi * s[i];
    for (const auto& [j, pj] : p) {
      contrast += pi * pj * (i - j) * (i - j);
      busyness += std::abs(i * pi - j * pj);
      complexity += std::abs(i - j) * (pi * s[i] + pj * s[j]) / (pi + pj);
      strength += (pi + pj) * (i - j) * (i - j);
    }
  }
  const auto n = static_cast<double>(p.size());
  expect_equal({{"Coarseness", 1 / sum_ps},
                {"Contrast", contrast / (n * (n - 1)) * sum_s / voxels},
                {"Busyness", sum_ps / busyness},
                {"Complexity", complexity / voxels},
                {"Strength", strength / sum_s}},
               ngtdm_features(region_));
}

INSTANTIATE_TEST_SUITE_P(RandomRegions, TextureFeatures, testing::ValuesIn(random_regions));

}  // namespace
}  // namespace glisson::engine
