#include "engine/features/pyradiomics_features.hpp"

#include <oneapi/tbb/parallel_for_each.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"
#include "engine/features/first_order_features.hpp"
#include "engine/features/glcm_features.hpp"
#include "engine/features/gldm_features.hpp"
#include "engine/features/glrlm_features.hpp"
#include "engine/features/glszm_features.hpp"
#include "engine/features/ngtdm_features.hpp"
#include "engine/features/shape_features.hpp"
#include "engine/stage_times.hpp"

namespace glisson::engine {
namespace {

/// What the features of a class are computed from.
struct ClassInput {
  const Region& region;
  const GreyLevelRegion& levels;
  std::optional<DistanceWeighting> weighting;
};

struct FeatureClass {
  std::string_view name;
  FeatureValues (*compute)(const ClassInput&);
};

// Those that take longest come first, so that they start first.
constexpr std::array classes{
    FeatureClass{"shape", [](const ClassInput& of) { return shape_features(of.region); }},
    FeatureClass{"glszm", [](const ClassInput& of) { return glszm_features(of.levels); }},
    FeatureClass{"glrlm", [](const ClassInput& of) { return glrlm_features(of.levels, of.weighting); }},
    FeatureClass{"glcm", [](const ClassInput& of) { return glcm_features(of.levels, of.weighting); }},
    FeatureClass{"gldm", [](const ClassInput& of) { return gldm_features(of.levels); }},
    FeatureClass{"ngtdm", [](const ClassInput& of) { return ngtdm_features(of.levels); }},
    FeatureClass{"firstorder",
                 [](const ClassInput& of) { return first_order_features(of.region, of.levels); }},
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
  feature.definition = computed.as_ibsi ? &feature_definition(family, computed.name)
                                        : &definition_of_its_own(family, computed.name);
  if (feature.value && !std::isfinite(*feature.value)) {
    feature.value.reset();
    if (!feature.reason) feature.reason = UndefinedReason::division_by_zero;
  }
  return feature;
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

namespace {

std::vector<const FeatureClass*> classes_of(const PyRadiomicsSettings& settings) {
  std::vector<const FeatureClass*> wanted;
  for (const std::string& name : settings.feature_classes) wanted.push_back(&feature_class(name));
  std::sort(wanted.begin(), wanted.end());
  return wanted;
}

bool is_texture(std::string_view feature_class) {
  return feature_class != "shape" && feature_class != "firstorder";
}

FeatureValues undefined_values(std::string_view feature_class, UndefinedReason reason) {
  FeatureValues values;
  for (const FeatureDefinition& definition : feature_catalogue()) {
    if (definition.family == feature_class) values.push_back(undefined(definition.name, reason));
  }
  return values;
}

void add(const std::string& map, std::string_view feature_class, const FeatureValues& values,
         FeatureVector& features) {
  for (const FeatureValue& value : values) features.push_back(full_feature(map, feature_class, value));
}

// None, where the intensities spread over more grey levels than there are.
std::optional<GreyLevelRegion> grey_levels_of(const ResponseRegion& response,
                                              const PyRadiomicsSettings& settings) {
  const StageClock clock("discretisation");
  const auto& [region, exact] = response;
  try {
    if (settings.bin_count) {
      return exact.empty() ? discretise_by_count(region, *settings.bin_count)
                           : discretise_by_count(region, exact, *settings.bin_count);
    }
    return exact.empty() ? discretise(region, settings.bin_width)
                         : discretise(region, exact, settings.bin_width);
  } catch (const RejectedInput& error) {
    if (error.reason() != RejectionReason::too_many_grey_levels) throw;
    return std::nullopt;
  }
}

bool is_finite(const ResponseRegion& response) {
  return std::ranges::all_of(response.region.intensities, [](float x) { return std::isfinite(x); });
}

}  // namespace

void add_undefined_features(const std::string& map, UndefinedReason reason,
                            const PyRadiomicsSettings& settings, FeatureVector& features) {
  for (const FeatureClass* c : classes_of(settings)) {
    if (c->name != "shape") add(map, c->name, undefined_values(c->name, reason), features);
  }
}

void add_features(const std::string& map, const ResponseRegion& response, const PyRadiomicsSettings& settings,
                  FeatureVector& features) {
  const bool finite = is_finite(response);
  const auto levels = finite ? grey_levels_of(response, settings) : std::nullopt;
  if (!levels) {
    add_undefined_features(
        map, finite ? UndefinedReason::too_many_grey_levels : UndefinedReason::intensities_not_finite,
        settings, features);
  }
  struct Result {
    const FeatureClass* feature_class;
    FeatureValues values;
  };
  std::vector<Result> results;
  for (const FeatureClass* c : classes_of(settings)) {
    if (c->name == "shape" ? map == "original" : levels.has_value()) results.push_back({c, {}});
  }
  const GreyLevelRegion none;
  ClassInput input{response.region, levels ? *levels : none, std::nullopt};
  if (settings.weighting_norm) input.weighting = {*settings.weighting_norm, response.region.grid.spacing};
  oneapi::tbb::parallel_for_each(results, [&](Result& result) {
    const auto& [name, compute] = *result.feature_class;
    const StageClock clock(name);
    result.values = is_texture(name) && levels->grey_levels.size() > most_texture_levels
                        ? undefined_values(name, UndefinedReason::too_many_grey_levels)
                        : compute(input);
  });
  for (const Result& result : results) add(map, result.feature_class->name, result.values, features);
}

}  // namespace glisson::engine
