#include "engine/extraction.hpp"

#include <oneapi/tbb/parallel_for_each.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "engine/discretisation.hpp"
#include "engine/feature_values.hpp"
#include "engine/first_order_features.hpp"
#include "engine/glcm_features.hpp"
#include "engine/gldm_features.hpp"
#include "engine/glrlm_features.hpp"
#include "engine/glszm_features.hpp"
#include "engine/ngtdm_features.hpp"
#include "engine/region.hpp"
#include "engine/resampling.hpp"
#include "engine/shape_features.hpp"

namespace glisson::engine {
namespace {

struct FeatureClass {
  std::string_view name;
  FeatureValues (*compute)(const Region&, const GreyLevelRegion&);
};

// Those that take longest come first, so that they start first.
constexpr std::array classes{
    FeatureClass{"shape",
                 [](const Region& region, const GreyLevelRegion&) { return shape_features(region); }},
    FeatureClass{"glszm",
                 [](const Region&, const GreyLevelRegion& levels) { return glszm_features(levels); }},
    FeatureClass{"glrlm",
                 [](const Region&, const GreyLevelRegion& levels) { return glrlm_features(levels); }},
    FeatureClass{"glcm", [](const Region&, const GreyLevelRegion& levels) { return glcm_features(levels); }},
    FeatureClass{"gldm", [](const Region&, const GreyLevelRegion& levels) { return gldm_features(levels); }},
    FeatureClass{"ngtdm",
                 [](const Region&, const GreyLevelRegion& levels) { return ngtdm_features(levels); }},
    FeatureClass{"firstorder", first_order_features},
};

const FeatureClass& feature_class(std::string_view name) {
  const auto* found =
      std::find_if(classes.begin(), classes.end(), [name](const FeatureClass& c) { return c.name == name; });
  if (found == classes.end()) throw std::logic_error("no feature class " + std::string(name));
  return *found;
}

// The feature under its full name. What rounding or an empty sum made NaN or infinite is undefined, never a
// number.
Feature full_feature(std::string_view image_type, std::string_view family, const FeatureValue& computed) {
  Feature feature;
  feature.name = std::string(image_type) + "_" + std::string(family) + "_" + std::string(computed.name);
  feature.value = computed.value;
  feature.reason = computed.reason;
  feature.definition = &feature_definition(family, computed.name);
  if (feature.value && !std::isfinite(*feature.value)) {
    feature.value.reset();
    if (!feature.reason) feature.reason = UndefinedReason::division_by_zero;
  }
  return feature;
}

Region region_of(const Volume& volume, const Mask& mask, const PyRadiomicsSettings& settings) {
  if (!settings.resampled_pixel_spacing) return crop_to_region(volume, mask);
  const ResampledImage resampled =
      resample(volume, mask, *settings.resampled_pixel_spacing, settings.pad_distance);
  return crop_to_region(resampled.volume, resampled.mask);
}

}  // namespace

const std::vector<std::string_view>& feature_classes() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> result;
    result.reserve(classes.size());
    for (const FeatureClass& c : classes) result.push_back(c.name);
    std::sort(result.begin(), result.end());
    return result;
  }();
  return names;
}

FeatureVector extract_pyradiomics_features(const Volume& volume, const Mask& mask,
                                           const PyRadiomicsSettings& settings) {
  const Region region = region_of(volume, mask, settings);
  const GreyLevelRegion levels = discretise(region, settings.bin_width);

  struct Result {
    const FeatureClass* feature_class;
    FeatureValues values;
  };
  std::vector<Result> results;
  for (const FeatureClass& c : classes) {
    if (std::find(settings.feature_classes.begin(), settings.feature_classes.end(), c.name) !=
        settings.feature_classes.end()) {
      results.push_back({&c, {}});
    }
  }
  for (const std::string& name : settings.feature_classes) feature_class(name);
  oneapi::tbb::parallel_for_each(
      results, [&](Result& result) { result.values = result.feature_class->compute(region, levels); });

  FeatureVector features;
  for (const Result& result : results) {
    for (const FeatureValue& value : result.values) {
      features.push_back(full_feature("original", result.feature_class->name, value));
    }
  }
  std::sort(features.begin(), features.end(),
            [](const Feature& a, const Feature& b) { return a.name < b.name; });
  return features;
}

FeatureVector extract_features(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol) {
  return extract_pyradiomics_features(volume, mask, std::get<PyRadiomicsSettings>(protocol.settings));
}

}  // namespace glisson::engine
