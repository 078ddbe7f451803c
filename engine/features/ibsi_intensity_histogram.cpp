#include <algorithm>
#include <cmath>

#include "engine/features/ibsi_distribution.hpp"
#include "engine/features/ibsi_intensity_features.hpp"

namespace glisson::engine {
namespace {

// n_i at i - lowest, for every level from the lowest to the highest that occurs.
std::vector<double> counts_of(const std::vector<int>& levels, int lowest, int highest) {
  std::vector<double> counts(static_cast<std::size_t>(highest - lowest) + 1, 0.0);
  for (const int level : levels) ++counts[static_cast<std::size_t>(level - lowest)];
  return counts;
}

// H'_i = (n_{i+1} - n_{i-1}) / 2; at the ends the difference to the only neighbour.
std::vector<double> gradient_of(const std::vector<double>& counts) {
  const std::size_t last = counts.size() - 1;
  std::vector<double> gradient(counts.size());
  for (std::size_t i = 0; i <= last; ++i) {
    const std::size_t below = i == 0 ? 0 : i - 1;
    const std::size_t above = std::min(i + 1, last);
    gradient[i] = (counts[above] - counts[below]) / static_cast<double>(above - below);
  }
  return gradient;
}

// The level that most voxels have; of equal ones that closest to the mean, then the lowest.
double mode_of(const std::vector<double>& counts, int lowest, double mean) {
  const double most = *std::max_element(counts.begin(), counts.end());
  double mode = lowest;
  double distance = -1;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double level = lowest + static_cast<double>(i);
    if (counts[i] < most || (distance >= 0 && std::abs(level - mean) >= distance)) continue;
    mode = level;
    distance = std::abs(level - mean);
  }
  return mode;
}

}  // namespace

FeatureValues ibsi_intensity_histogram(const std::vector<int>& levels) {
  const auto extremes = std::minmax_element(levels.begin(), levels.end());
  const int lowest = *extremes.first;
  const std::vector<double> counts = counts_of(levels, lowest, *extremes.second);
  const auto voxels = static_cast<double>(levels.size());

  FeatureValues features = distribution_features({levels.begin(), levels.end()});
  features.push_back({"mode", mode_of(counts, lowest, features.front().value.value()), {}});
  // p_i = n_i / N
  double entropy = 0;
  double uniformity = 0;
  for (const double count : counts) {
    const double p = count / voxels;
    entropy -= p_log2_p(p);
    uniformity += p * p;
  }
  features.push_back({"entropy", entropy, {}});        // - sum p_i log2 p_i
  features.push_back({"uniformity", uniformity, {}});  // sum p_i^2
  if (counts.size() == 1) {
    for (const char* name : {"max_grad", "max_grad_g", "min_grad", "min_grad_g"}) {
      features.push_back(undefined(name, UndefinedReason::single_grey_level));
    }
    return features;
  }
  const std::vector<double> gradient = gradient_of(counts);
  const auto steepest_rise = std::max_element(gradient.begin(), gradient.end());
  const auto steepest_fall = std::min_element(gradient.begin(), gradient.end());
  const auto level_at = [&](auto position) {
    return static_cast<double>(lowest + (position - gradient.begin()));
  };
  features.push_back({"max_grad", *steepest_rise, {}});             // max H'
  features.push_back({"max_grad_g", level_at(steepest_rise), {}});  // level of max H'
  features.push_back({"min_grad", *steepest_fall, {}});             // min H'
  features.push_back({"min_grad_g", level_at(steepest_fall), {}});  // level of min H'
  return features;
}

}  // namespace glisson::engine
