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

#include "engine/features/gldm_features.hpp"
#include "engine/features/glrlm_features.hpp"
#include "engine/features/glszm_features.hpp"
#include "engine/features/ngtdm_features.hpp"
#include "tests/support/random_region.hpp"

namespace glisson::engine {
namespace {

using tests::all_directions;
using tests::half_of_directions;
using tests::log2_or_0;
using tests::mean_of;
using tests::moved;
using tests::Place;
using tests::TextureFeatures;

struct Group {
  int level;
  int extent;
  double weight = 1;
};

// The features that GLRLM, GLSZM and GLDM share, from a list of all groups.
std::map<std::string, double> statistics_by_definition(const std::vector<Group>& groups, double voxels) {
  double n = 0;
  for (const Group& group : groups) n += group.weight;
  std::map<int, double> by_level;
  std::map<int, double> by_extent;
  std::map<std::pair<int, int>, double> by_both;
  std::map<std::string, double> f;
  double mean_level = 0;
  double mean_extent = 0;
  for (const auto& [level, extent, weight] : groups) {
    const double i = level;
    const double j = extent;
    const double p = weight / n;
    by_level[level] += weight;
    by_extent[extent] += weight;
    by_both[{level, extent}] += weight;
    mean_level += i * p;
    mean_extent += j * p;
    f["short"] += 1 / j / j * p;
    f["long"] += j * j * p;
    f["low"] += 1 / i / i * p;
    f["high"] += i * i * p;
    f["short low"] += 1 / i / i / j / j * p;
    f["short high"] += i * i / j / j * p;
    f["long low"] += j * j / i / i * p;
    f["long high"] += i * i * j * j * p;
  }
  for (const auto& [level, count] : by_level) f["level non-uniformity"] += count * count / n;
  for (const auto& [extent, count] : by_extent) f["extent non-uniformity"] += count * count / n;
  f["level non-uniformity normalised"] = f["level non-uniformity"] / n;
  f["extent non-uniformity normalised"] = f["extent non-uniformity"] / n;
  for (const auto& [both, count] : by_both) f["entropy"] -= count / n * log2_or_0(count / n);
  for (const auto& [level, extent, weight] : groups) {
    f["level variance"] += std::pow(level - mean_level, 2) * weight / n;
    f["extent variance"] += std::pow(extent - mean_extent, 2) * weight / n;
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

// The runs of one direction; none where no two voxels lie on one line of it.
std::vector<Group> runs_in(const tests::Levels& levels, const Place& direction) {
  bool line_of_two = false;
  std::vector<Group> runs;
  for (const auto& [place, level] : levels) {
    for (int steps = 1; steps < 20; ++steps) line_of_two |= levels.contains(moved(place, direction, steps));
    const auto before = levels.find(moved(place, direction, -1));
    if (before != levels.end() && before->second == level) continue;
    int length = 1;
    for (auto next = levels.find(moved(place, direction, 1)); next != levels.end() && next->second == level;
         next = levels.find(moved(place, direction, length))) {
      ++length;
    }
    runs.push_back({level, length});
  }
  return line_of_two ? runs : std::vector<Group>{};
}

const std::map<std::string, std::string> run_names{
    {"short", "ShortRunEmphasis"},
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
    {"percentage", "RunPercentage"}};

TEST_P(TextureFeatures, OfRunLengthsFollowTheDefinition) {
  std::vector<std::map<std::string, double>> by_direction;
  for (const Place& direction : half_of_directions()) {
    const auto runs = runs_in(levels_, direction);
    if (runs.empty()) continue;
    by_direction.push_back(statistics_by_definition(runs, static_cast<double>(levels_.size())));
  }
  expect_equal(renamed(mean_of(by_direction), run_names), glrlm_features(region_));
}

// PyRadiomics, weightingNorm: sum_d |d| P_d, then one set of features; the percentage divides by the voxels
// that its runs hold, each with the weight of the direction.
TEST_P(TextureFeatures, OfWeightedRunLengthsFollowTheDefinition) {
  const std::array<double, 3> spacing{0.7, 0.9, 1.6};
  for (const auto& [norm, length] : tests::norms_by_definition(spacing)) {
    std::vector<Group> all;
    double voxels = 0;
    for (const Place& direction : half_of_directions()) {
      for (Group run : runs_in(levels_, direction)) {
        run.weight = length(direction);
        voxels += run.weight * run.extent;
        all.push_back(run);
      }
    }
    expect_equal(renamed(statistics_by_definition(all, voxels), run_names),
                 glrlm_features(region_, DistanceWeighting{norm, spacing}));
  }
}

TEST_P(TextureFeatures, OfZoneSizesFollowTheDefinition) {
  std::vector<Group> zones;
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
    zones.push_back({level, size});
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
  std::vector<Group> dependences;
  for (const auto& [place, level] : levels_) {
    int dependence = 1;
    for (const Place& direction : all_directions()) {
      const auto neighbour = levels_.find(moved(place, direction));
      if (neighbour != levels_.end() && neighbour->second == level) ++dependence;
    }
    dependences.push_back({level, dependence});
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

INSTANTIATE_TEST_SUITE_P(RandomRegions, TextureFeatures, testing::ValuesIn(tests::random_regions));

}  // namespace
}  // namespace glisson::engine
