#include "engine/features/first_order_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace glisson::engine {
namespace {

// Sums over many values run in eight lanes whatever the processor, so that every machine gets the same bits.
constexpr std::size_t sum_lanes = 8;

// sum f(x)
template <typename F>
double sum_over(std::span<const float> values, F f) {
  std::array<double, sum_lanes> sums{};
  std::size_t i = 0;
  for (; i + sum_lanes <= values.size(); i += sum_lanes) {
    for (std::size_t lane = 0; lane < sum_lanes; ++lane)
      sums[lane] += f(static_cast<double>(values[i + lane]));
  }
  for (; i < values.size(); ++i) sums[i % sum_lanes] += f(static_cast<double>(values[i]));
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

// Values of given rank, without sorting them all: values are counted in bins, and only the bins that hold a
// rank that is asked for are looked into.
class Ranks {
 public:
  Ranks(std::span<const float> values, std::span<const std::size_t> ranks)
      : values_(values), ranks_(ranks.begin(), ranks.end()) {
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    lowest_ = *lowest;
    highest_ = *highest;
    scale_ = highest_ > lowest_ ? (bins - 1) / (static_cast<double>(highest_) - lowest_) : 0;
    std::vector<std::uint16_t> bin_of(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) bin_of[i] = bin(values[i]);
    std::vector<std::size_t> first(bins + 1, 0);  // rank of the lowest value of a bin
    for (const std::uint16_t b : bin_of) ++first[b + std::size_t{1}];
    for (std::size_t b = 0; b < bins; ++b) first[b + 1] += first[b];
    std::vector<std::uint8_t> wanted(bins, 0);
    for (const std::size_t rank : ranks_) wanted[bin_with(first, rank)] = 1;
    std::vector<std::vector<float>> members(bins);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (wanted[bin_of[i]] != 0) members[bin_of[i]].push_back(values[i]);
    }
    for (const std::size_t rank : ranks_) {
      const std::size_t b = bin_with(first, rank);
      const auto nth = members[b].begin() + static_cast<std::ptrdiff_t>(rank - first[b]);
      std::nth_element(members[b].begin(), nth, members[b].end());
      found_.push_back(*nth);
    }
  }

  float lowest() const { return lowest_; }
  float highest() const { return highest_; }
  double at(std::size_t rank) const {
    return found_[static_cast<std::size_t>(std::find(ranks_.begin(), ranks_.end(), rank) - ranks_.begin())];
  }

 private:
  static constexpr std::size_t bins = 4096;

  // Never descends where values ascend, which is all that ranks need.
  std::uint16_t bin(float value) const {
    return static_cast<std::uint16_t>(
        static_cast<std::int32_t>((static_cast<double>(value) - lowest_) * scale_));
  }
  static std::size_t bin_with(const std::vector<std::size_t>& first, std::size_t rank) {
    return static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), rank) - first.begin()) - 1;
  }

  std::span<const float> values_;
  std::vector<std::size_t> ranks_;
  std::vector<float> found_;
  float lowest_ = 0;
  float highest_ = 0;
  double scale_ = 0;
};

// The value at rank q (N - 1), linearly interpolated between the ranks.
struct Percentile {
  std::size_t below;
  std::size_t above;
  double share;

  Percentile(double q, std::size_t count)
      : below(static_cast<std::size_t>(q * static_cast<double>(count - 1))),
        above(std::min(below + 1, count - 1)),
        share(q * static_cast<double>(count - 1) - static_cast<double>(below)) {}
  double of(const Ranks& ranks) const {
    const double low = ranks.at(below);
    return low + (ranks.at(above) - low) * share;
  }
};

// Central moments m_k = 1/N sum (X - mean)^k.
struct Moments {
  double mean = 0;
  double second = 0;
  double third = 0;
  double fourth = 0;
  double energy = 0;     // sum X^2
  double deviation = 0;  // 1/N sum |X - mean|
};

Moments moments_of(std::span<const float> values) {
  const auto n = static_cast<double>(values.size());
  Moments m;
  m.mean = sum_over(values, [](double x) { return x; }) / n;
  const double mean = m.mean;
  m.energy = sum_over(values, [](double x) { return x * x; });
  m.deviation = sum_over(values, [=](double x) { return std::abs(x - mean); }) / n;
  m.second = sum_over(values, [=](double x) { return (x - mean) * (x - mean); }) / n;
  m.third = sum_over(values, [=](double x) { return (x - mean) * (x - mean) * (x - mean); }) / n;
  m.fourth = sum_over(values,
                      [=](double x) {
                        const double square = (x - mean) * (x - mean);
                        return square * square;
                      }) /
             n;
  return m;
}

// Mean absolute deviation of the intensities between p10 and p90, both included; of two voxels, none lies
// between.
FeatureValue robust_deviation(std::span<const float> values, double p10, double p90) {
  const auto between = [=](double x) { return x >= p10 && x <= p90 ? 1.0 : 0.0; };
  const double count = sum_over(values, between);
  if (count == 0) return undefined("RobustMeanAbsoluteDeviation", UndefinedReason::division_by_zero);
  const double mean = sum_over(values, [=](double x) { return between(x) * x; }) / count;
  const double sum = sum_over(values, [=](double x) { return between(x) * std::abs(x - mean); });
  return {"RobustMeanAbsoluteDeviation", sum / count, {}};
}

}  // namespace

FeatureValues first_order_features(const Region& region, const GreyLevelRegion& grey_levels) {
  const std::span<const float> intensities = region.intensities;
  const Moments m = moments_of(intensities);
  const auto n = static_cast<double>(intensities.size());
  const std::array<Percentile, 5> percentiles{
      Percentile(0.10, intensities.size()), Percentile(0.25, intensities.size()),
      Percentile(0.5, intensities.size()), Percentile(0.75, intensities.size()),
      Percentile(0.90, intensities.size())};
  std::vector<std::size_t> wanted;
  for (const Percentile& percentile : percentiles) {
    wanted.push_back(percentile.below);
    wanted.push_back(percentile.above);
  }
  const Ranks ranks(intensities, wanted);
  const double p10 = percentiles[0].of(ranks);
  const double p90 = percentiles[4].of(ranks);

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
  features.push_back({"InterquartileRange", percentiles[3].of(ranks) - percentiles[1].of(ranks), {}});
  features.push_back({"Maximum", ranks.highest(), {}});  // max X, IBSI 84IY
  // 1/N sum X(i), IBSI Q4LE
  features.push_back({"Mean", m.mean, {}});
  // 1/N sum |X(i) - mean|, IBSI 4FUK
  features.push_back({"MeanAbsoluteDeviation", m.deviation, {}});
  features.push_back({"Median", percentiles[2].of(ranks), {}});  // P50, IBSI Y12H
  features.push_back({"Minimum", ranks.lowest(), {}});           // min X, IBSI 1GSF
  // max X - min X, IBSI 2OJQ
  features.push_back({"Range", static_cast<double>(ranks.highest()) - ranks.lowest(), {}});
  // mean absolute deviation of the X(i) with P10 <= X(i) <= P90, IBSI 1128
  features.push_back(robust_deviation(intensities, p10, p90));
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
    const auto reason =
        intensities.size() == 1 ? UndefinedReason::single_voxel : UndefinedReason::flat_region;
    features.push_back(sentinel("Skewness", 0, reason));
    features.push_back(sentinel("Kurtosis", 0, reason));
  }
  return features;
}

}  // namespace glisson::engine
