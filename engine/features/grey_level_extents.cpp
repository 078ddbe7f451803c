#include "engine/features/grey_level_extents.hpp"

#include <map>

#include "engine/features/feature_values.hpp"

namespace glisson::engine {
namespace {

double sum_of_squares(const std::map<int, double>& marginal) {
  double sum = 0;
  for (const auto& [value, count] : marginal) sum += count * count;
  return sum;
}

// sum p (value - mu)^2 of a marginal distribution with N groups.
double variance(const std::map<int, double>& marginal, double groups) {
  double mean = 0;
  for (const auto& [value, count] : marginal) mean += count / groups * value;
  double sum = 0;
  for (const auto& [value, count] : marginal) sum += count / groups * (value - mean) * (value - mean);
  return sum;
}

}  // namespace

GreyLevelExtentStatistics statistics_of(const std::vector<GreyLevelExtent>& matrix, double voxels) {
  double groups = 0;
  std::map<int, double> by_level;
  std::map<int, double> by_extent;
  for (const GreyLevelExtent& element : matrix) {
    groups += element.count;
    by_level[element.level] += element.count;
    by_extent[element.extent] += element.count;
  }
  GreyLevelExtentStatistics s;
  for (const GreyLevelExtent& element : matrix) {
    const double p = element.count / groups;
    const double i2 = static_cast<double>(element.level) * element.level;
    const double j2 = static_cast<double>(element.extent) * element.extent;
    s.short_emphasis += p / j2;
    s.long_emphasis += p * j2;
    s.low_level_emphasis += p / i2;
    s.high_level_emphasis += p * i2;
    s.short_low_emphasis += p / (i2 * j2);
    s.short_high_emphasis += p * i2 / j2;
    s.long_low_emphasis += p * j2 / i2;
    s.long_high_emphasis += p * i2 * j2;
    s.entropy -= p_log2_p(p);
    s.energy += p * p;
  }
  s.level_non_uniformity = sum_of_squares(by_level) / groups;
  s.level_non_uniformity_normalised = s.level_non_uniformity / groups;
  s.extent_non_uniformity = sum_of_squares(by_extent) / groups;
  s.extent_non_uniformity_normalised = s.extent_non_uniformity / groups;
  s.level_variance = variance(by_level, groups);
  s.extent_variance = variance(by_extent, groups);
  s.percentage = groups / voxels;
  return s;
}

}  // namespace glisson::engine
