#include <algorithm>
#include <cmath>
#include <span>

#include "engine/features/ibsi_distribution.hpp"
#include "engine/features/ibsi_intensity_features.hpp"

namespace glisson::engine {
namespace {

// The value at rank q (N - 1) of the sorted values, linearly interpolated.
double percentile(std::span<const double> sorted, double q) {
  const double rank = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - static_cast<double>(below));
}

template <typename Term>
double mean_over(std::span<const double> values, Term term) {
  double sum = 0;
  for (const double x : values) sum += term(x);
  return sum / static_cast<double>(values.size());
}

double mean_absolute_deviation(std::span<const double> values, double centre) {
  return mean_over(values, [centre](double x) { return std::abs(x - centre); });
}

FeatureValue ratio(std::string_view name, double numerator, double denominator) {
  if (denominator == 0) return undefined(name, UndefinedReason::division_by_zero);
  return {name, numerator / denominator, {}};
}

}  // namespace

FeatureValues distribution_features(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  const double mean = mean_over(x, [](double v) { return v; });
  const auto moment = [&](int k) { return mean_over(x, [=](double v) { return std::pow(v - mean, k); }); };
  const double variance = moment(2);
  const double median = percentile(x, 0.5);
  const double p10 = percentile(x, 0.10);
  const double p25 = percentile(x, 0.25);
  const double p75 = percentile(x, 0.75);
  const double p90 = percentile(x, 0.90);
  const std::span<const double> robust{std::lower_bound(x.begin(), x.end(), p10),
                                       std::upper_bound(x.begin(), x.end(), p90)};

  FeatureValues features;
  features.push_back({"mean", mean, {}});     // mu = 1/N sum X_k
  features.push_back({"var", variance, {}});  // sigma^2 = 1/N sum (X_k - mu)^2
  if (x.front() < x.back()) {
    // 1/N sum (X_k - mu)^3 / sigma^3
    features.push_back({"skew", moment(3) / std::pow(variance, 1.5), {}});
    // 1/N sum (X_k - mu)^4 / sigma^4 - 3
    features.push_back({"kurt", moment(4) / (variance * variance) - 3, {}});
  } else {
    const auto reason = x.size() == 1 ? UndefinedReason::single_voxel : UndefinedReason::flat_region;
    features.push_back(undefined("skew", reason));
    features.push_back(undefined("kurt", reason));
  }
  features.push_back({"median", median, {}});                         // P50
  features.push_back({"min", x.front(), {}});                         // min X
  features.push_back({"p10", p10, {}});                               // P10
  features.push_back({"p90", p90, {}});                               // P90
  features.push_back({"max", x.back(), {}});                          // max X
  features.push_back({"iqr", p75 - p25, {}});                         // P75 - P25
  features.push_back({"range", x.back() - x.front(), {}});            // max X - min X
  features.push_back({"mad", mean_absolute_deviation(x, mean), {}});  // 1/N sum |X_k - mu|
  // mean absolute deviation of the X_k with P10 <= X_k <= P90; of two voxels, none lies between
  features.push_back(
      robust.empty()
          ? undefined("rmad", UndefinedReason::division_by_zero)
          : FeatureValue{
                "rmad", mean_absolute_deviation(robust, mean_over(robust, [](double v) { return v; })), {}});
  features.push_back({"medad", mean_absolute_deviation(x, median), {}});  // 1/N sum |X_k - P50|
  features.push_back(ratio("cov", std::sqrt(variance), mean));            // sigma / mu
  features.push_back(ratio("qcod", p75 - p25, p75 + p25));                // (P75 - P25) / (P75 + P25)
  return features;
}

FeatureValues ibsi_intensity_statistics(const Region& region) {
  const std::vector<double> x(region.intensities.begin(), region.intensities.end());
  FeatureValues features = distribution_features(x);
  double energy = 0;
  for (const double v : x) energy += v * v;
  features.push_back({"energy", energy, {}});  // sum X_k^2
  // sqrt(1/N sum X_k^2)
  features.push_back({"rms", std::sqrt(energy / static_cast<double>(x.size())), {}});
  return features;
}

}  // namespace glisson::engine
