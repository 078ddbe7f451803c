#include "engine/first_order_features.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace glisson::engine {
namespace {

// The value at rank q (N - 1) of the sorted intensities, linearly interpolated.
double percentile(const std::vector<float>& sorted, double q) {
  const double rank = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double low = sorted[below];
  return low + (static_cast<double>(sorted[above]) - low) * (rank - static_cast<double>(below));
}

double mean_of(std::span<const float> values) {
  double sum = 0;
  for (const float x : values) sum += x;
  return sum / static_cast<double>(values.size());
}

double mean_absolute_deviation(std::span<const float> values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const float x : values) sum += std::abs(x - mean);
  return sum / static_cast<double>(values.size());
}

// Central moments m_k = 1/N sum (X - mean)^k.
struct Moments {
  double mean = 0;
  double second = 0;
  double third = 0;
  double fourth = 0;
  double energy = 0;  // sum X^2
};

Moments moments_of(std::span<const float> values) {
  Moments m;
  m.mean = mean_of(values);
  for (const float x : values) {
    const double d = x - m.mean;
    const double d2 = d * d;
    m.second += d2;
    m.third += d2 * d;
    m.fourth += d2 * d2;
    m.energy += static_cast<double>(x) * x;
  }
  const auto n = static_cast<double>(values.size());
  m.second /= n;
  m.third /= n;
  m.fourth /= n;
  return m;
}

// The intensities between p10 and p90, both included.
std::span<const float> between(const std::vector<float>& sorted, double p10, double p90) {
  const auto first = std::lower_bound(sorted.begin(), sorted.end(), p10);
  const auto last = std::upper_bound(sorted.begin(), sorted.end(), p90);
  return {first, last};
}

}  // namespace

FeatureValues first_order_features(const Region& region, const GreyLevelRegion& grey_levels) {
  std::vector<float> sorted = region.intensities;
  std::sort(sorted.begin(), sorted.end());
  const Moments m = moments_of(sorted);
  const auto n = static_cast<double>(sorted.size());
  const double p10 = percentile(sorted, 0.10);
  const double p90 = percentile(sorted, 0.90);

  // p(i): share of the voxels with grey level i
  double entropy = 0;
  double uniformity = 0;
  for (const std::size_t count : grey_levels.voxels) {
    const double p = static_cast<double>(count) / n;
    entropy -= p_log2_p(p);
    uniformity += p * p;
  }

  FeatureValues features;
  features.push_back({"10Percentile", p10, {}});  // P10, IBSI QG58
  features.push_back({"90Percentile", p90, {}});  // P90, IBSI 8DWT
  // sum X(i)^2, IBSI N8CA
  features.push_back({"Energy", m.energy, {}});
  // - sum p(i) log2(p(i) + e), IBSI TLU2
  features.push_back({"Entropy", entropy, {}});
  // P75 - P25, IBSI SALO
  features.push_back({"InterquartileRange", percentile(sorted, 0.75) - percentile(sorted, 0.25), {}});
  features.push_back({"Maximum", sorted.back(), {}});  // max X, IBSI 84IY
  // 1/N sum X(i), IBSI Q4LE
  features.push_back({"Mean", m.mean, {}});
  // 1/N sum |X(i) - mean|, IBSI 4FUK
  features.push_back({"MeanAbsoluteDeviation", mean_absolute_deviation(sorted), {}});
  features.push_back({"Median", percentile(sorted, 0.5), {}});  // P50, IBSI Y12H
  features.push_back({"Minimum", sorted.front(), {}});          // min X, IBSI 1GSF
  // max X - min X, IBSI 2OJQ
  features.push_back({"Range", static_cast<double>(sorted.back()) - sorted.front(), {}});
  // mean absolute deviation of the X(i) with P10 <= X(i) <= P90, IBSI 1128; of two voxels, none lies between
  const std::span<const float> robust = between(sorted, p10, p90);
  features.push_back(robust.empty()
                         ? undefined("RobustMeanAbsoluteDeviation", UndefinedReason::division_by_zero)
                         : FeatureValue{"RobustMeanAbsoluteDeviation", mean_absolute_deviation(robust), {}});
  // sqrt(1/N sum X(i)^2), IBSI 5ZWQ
  features.push_back({"RootMeanSquared", std::sqrt(m.energy / n), {}});
  // V_voxel sum X(i)^2
  features.push_back({"TotalEnergy", region.grid.voxel_volume() * m.energy, {}});
  // sum p(i)^2, IBSI BJ5W
  features.push_back({"Uniformity", uniformity, {}});
  // m2 = 1/N sum (X(i) - mean)^2, IBSI ECT3
  features.push_back({"Variance", m.second, {}});
  if (m.second > 0) {
    // m3 / m2^(3/2), IBSI KE2M
    features.push_back({"Skewness", m.third / std::pow(m.second, 1.5), {}});
    // m4 / m2^2 (IBSI IPH6 subtracts 3)
    features.push_back({"Kurtosis", m.fourth / (m.second * m.second), {}});
  } else {
    const auto reason = sorted.size() == 1 ? UndefinedReason::single_voxel : UndefinedReason::flat_region;
    features.push_back(sentinel("Skewness", 0, reason));
    features.push_back(sentinel("Kurtosis", 0, reason));
  }
  return features;
}

}  // namespace glisson::engine
