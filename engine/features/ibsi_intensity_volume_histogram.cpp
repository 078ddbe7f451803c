#include <algorithm>
#include <cmath>
#include <string>

#include "engine/errors.hpp"
#include "engine/features/ibsi_discretisation.hpp"
#include "engine/features/ibsi_intensity_features.hpp"

namespace glisson::engine {
namespace {

constexpr double most_levels = 1e6;

// nu_k and g_k of the levels k = 0 ... n - 1, ascending.
struct IntensityVolumeHistogram {
  std::vector<double> intensity;  // g_k: intensity of the level (its centre), or the level itself
  std::vector<double> volume;     // nu_k: share of the voxels with level k or higher

  // gamma_k = (g_k - g_0) / (g_{n-1} - g_0)
  double intensity_fraction(std::size_t k) const {
    return (intensity[k] - intensity.front()) / (intensity.back() - intensity.front());
  }
};

// @param levels of the voxels, 0 or more and less than `count`.
IntensityVolumeHistogram histogram_of(const std::vector<int>& levels, std::size_t count, double first,
                                      double step) {
  IntensityVolumeHistogram histogram;
  histogram.volume.assign(count, 0);
  for (const int level : levels) ++histogram.volume[static_cast<std::size_t>(level)];
  for (std::size_t k = count - 1; k-- > 0;) histogram.volume[k] += histogram.volume[k + 1];
  for (std::size_t k = 0; k < count; ++k) {
    histogram.volume[k] /= static_cast<double>(levels.size());
    histogram.intensity.push_back(first + static_cast<double>(k) * step);
  }
  return histogram;
}

IntensityVolumeHistogram histogram_of(const Region& region,
                                      const std::optional<IbsiDiscretisation>& discretisation,
                                      const std::optional<IntensityRange>& range) {
  const auto [lowest, highest] = std::minmax_element(region.intensities.begin(), region.intensities.end());
  const double lower = range ? range->lower : *lowest;
  const double upper = range ? range->upper : *highest;
  if (discretisation && std::holds_alternative<FixedBinNumber>(*discretisation)) {
    std::vector<int> levels = grey_levels_of(region, *discretisation, range);
    for (int& level : levels) --level;
    return histogram_of(levels, static_cast<std::size_t>(std::get<FixedBinNumber>(*discretisation).count), 1,
                        1);
  }
  const double width = discretisation ? std::get<FixedBinSize>(*discretisation).width : 1;
  const double count = std::floor((upper - lower) / width) + 1;
  if (!(count <= most_levels)) {
    throw RejectedInput(
        RejectionReason::too_much_memory,
        "the intensity-volume histogram exceeds a million levels of width " + std::to_string(width));
  }
  std::vector<int> levels(region.intensities.size());
  std::transform(region.intensities.begin(), region.intensities.end(), levels.begin(),
                 [&](double x) { return static_cast<int>(std::floor((x - lower) / width)); });
  return histogram_of(levels, static_cast<std::size_t>(count), discretisation ? lower + width / 2 : lower,
                      width);
}

// V_x: the largest share of the volume whose intensity fraction is at least x.
double volume_at_intensity_fraction(const IntensityVolumeHistogram& histogram, double x) {
  std::size_t k = 0;
  while (histogram.intensity_fraction(k) < x - 1e-12) ++k;
  return histogram.volume[k];
}

// I_x: the lowest intensity that at most the share x of the volume reaches; none where the highest level
// holds more.
std::optional<double> intensity_at_volume_fraction(const IntensityVolumeHistogram& histogram, double x) {
  for (std::size_t k = 0; k < histogram.volume.size(); ++k) {
    if (histogram.volume[k] <= x) return histogram.intensity[k];
  }
  return std::nullopt;
}

}  // namespace

FeatureValues ibsi_intensity_volume_histogram(const Region& region,
                                              const std::optional<IbsiDiscretisation>& discretisation,
                                              const std::optional<IntensityRange>& range) {
  const IntensityVolumeHistogram histogram = histogram_of(region, discretisation, range);
  if (histogram.intensity.size() < 2) {
    FeatureValues features;
    for (const char* name : {"v10", "v90", "i10", "i90", "diff_v10_v90", "diff_i10_i90", "auc"}) {
      features.push_back(undefined(name, UndefinedReason::single_grey_level));
    }
    return features;
  }
  const double v10 = volume_at_intensity_fraction(histogram, 0.1);
  const double v90 = volume_at_intensity_fraction(histogram, 0.9);
  const auto i10 = intensity_at_volume_fraction(histogram, 0.1);
  const auto i90 = intensity_at_volume_fraction(histogram, 0.9);
  const auto value_or_undefined = [](std::string_view name, std::optional<double> value) {
    return value ? FeatureValue{name, value, {}} : undefined(name, UndefinedReason::no_such_level);
  };
  FeatureValues features;
  features.push_back({"v10", v10, {}});
  features.push_back({"v90", v90, {}});
  features.push_back(value_or_undefined("i10", i10));
  features.push_back(value_or_undefined("i90", i90));
  features.push_back({"diff_v10_v90", v10 - v90, {}});  // V10 - V90
  // I10 - I90
  features.push_back(
      value_or_undefined("diff_i10_i90", i10 && i90 ? std::optional(*i10 - *i90) : std::nullopt));
  // area under nu(gamma), by the trapezoidal rule
  double area = 0;
  for (std::size_t k = 1; k < histogram.volume.size(); ++k) {
    area += 0.5 * (histogram.volume[k] + histogram.volume[k - 1]) *
            (histogram.intensity_fraction(k) - histogram.intensity_fraction(k - 1));
  }
  features.push_back({"auc", area, {}});
  return features;
}

}  // namespace glisson::engine
