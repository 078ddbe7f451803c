#include "engine/features/ibsi_extraction.hpp"

#include <oneapi/tbb/parallel_for_each.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/errors.hpp"
#include "engine/features/ibsi_discretisation.hpp"
#include "engine/features/ibsi_intensity_features.hpp"
#include "engine/features/ibsi_local_intensity.hpp"
#include "engine/features/ibsi_morphology.hpp"
#include "engine/features/ibsi_texture.hpp"
#include "engine/region.hpp"
#include "engine/stage_times.hpp"

namespace glisson::engine {
namespace {

constexpr double margin_of_local_intensity = 7;  // mm; a sphere of 1 cm^3 has a radius of 6.2 mm

// The intensities of an intensity-volume histogram of a fixed number of bins are grey levels and have no
// unit.
const FeatureDefinition& definition_of(std::string_view family, std::string_view name,
                                       const IbsiSettings& settings) {
  const bool is_intensity = name == "i10" || name == "i90" || name == "diff_i10_i90";
  const bool are_levels =
      settings.ivh_discretisation && std::holds_alternative<FixedBinNumber>(*settings.ivh_discretisation);
  return feature_definition(family, std::string(name) + (is_intensity && are_levels ? "_level" : ""));
}

// The feature under its full name. What rounding or an empty sum made NaN or infinite is undefined, never a
// number.
Feature full_feature(std::string_view family, const FeatureValue& computed, std::string_view suffix,
                     const IbsiSettings& settings) {
  Feature feature;
  feature.name = std::string(family) + "_" + std::string(computed.name);
  if (!suffix.empty()) feature.name += "_" + std::string(suffix);
  feature.value = computed.value;
  feature.reason = computed.reason;
  feature.definition = &definition_of(family, computed.name, settings);
  if (feature.value && !std::isfinite(*feature.value)) {
    feature.value.reset();
    if (!feature.reason) feature.reason = UndefinedReason::division_by_zero;
  }
  return feature;
}

// The region in the bounding box of the morphological mask, so that outline and grey levels share their
// indices.
Region region_in_box(const IbsiImage& image, const Mask& mask, const BoundingBox& box) {
  Region region;
  region.grid = image.volume.grid;
  region.grid.size = {box.extent(0), box.extent(1), box.extent(2)};
  region.grid.origin =
      image.volume.grid.position({static_cast<double>(box.lower[0]), static_cast<double>(box.lower[1]),
                                  static_cast<double>(box.lower[2])});
  region.inside.reserve(region.grid.voxel_count());
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
      const std::size_t row = image.volume.grid.offset(box.lower[0], y, z);
      for (std::size_t i = row; i < row + static_cast<std::size_t>(box.extent(0)); ++i) {
        region.inside.push_back(mask.voxels[i]);
        if (mask.voxels[i] != 0) region.intensities.push_back(image.volume.values[i]);
      }
    }
  }
  return region;
}

// The bounds of re-segmentation, where they are bounds of these intensities and not of those before a filter.
std::optional<IntensityRange> bounds_of(const Region& region, const std::optional<IntensityRange>& range) {
  const auto [lowest, highest] = std::minmax_element(region.intensities.begin(), region.intensities.end());
  if (range && *lowest >= range->lower && *highest <= range->upper) return range;
  return std::nullopt;
}

struct Prepared {
  const IbsiImage& image;
  const IbsiSettings& settings;
  Region outline;      // morphological mask
  Region intensities;  // intensity mask, in the same box
  std::optional<IntensityRange> bounds;
  std::vector<int> levels;  // where a family needs them: a filter's response may span more than there may be
  IbsiGreyLevels arranged;  // where a family of textures is asked for

  Prepared(const IbsiImage& of, const IbsiSettings& by, bool histogram, bool textures)
      : image(of), settings(by) {
    const BoundingBox box = bounding_box(image.morphological_mask);
    outline = region_in_box(image, image.morphological_mask, box);
    intensities = region_in_box(image, image.intensity_mask, box);
    if (intensities.intensities.empty()) {
      throw RejectedInput(RejectionReason::empty_region, "no voxel is left in the intensity mask");
    }
    bounds = bounds_of(intensities, settings.range);
    if (histogram || textures) levels = grey_levels_of(intensities, settings.discretisation, bounds);
    if (textures) arranged = arrange(intensities, levels);
  }
};

std::vector<AggregatedFeatures> compute(std::string_view family, const Prepared& prepared) {
  const IbsiSettings& settings = prepared.settings;
  if (family == "morph") return {{"", ibsi_morphology(prepared.outline, prepared.intensities)}};
  if (family == "loc") return {{"", ibsi_local_intensity(prepared.image)}};
  if (family == "stat") return {{"", ibsi_intensity_statistics(prepared.intensities)}};
  if (family == "ih") return {{"", ibsi_intensity_histogram(prepared.levels)}};
  if (family == "ivh") {
    return {{"", ibsi_intensity_volume_histogram(prepared.intensities, settings.ivh_discretisation,
                                                 prepared.bounds)}};
  }
  return ibsi_texture(family, {prepared.arranged, prepared.outline.inside}, settings.aggregations);
}

}  // namespace

const std::vector<std::string_view>& ibsi_families() {
  static const std::vector<std::string_view> families{"morph", "loc", "stat", "ih",  "ivh", "cm",
                                                      "rlm",   "szm", "dzm",  "ngt", "ngl"};
  return families;
}

FeatureVector extract_ibsi_features(const IbsiImage& image, const IbsiSettings& settings) {
  struct Result {
    std::string_view family;
    std::vector<AggregatedFeatures> features;
  };
  const auto& families = ibsi_families();
  std::vector<Result> results;
  for (const std::string& family : settings.families) {
    const auto known = std::find(families.begin(), families.end(), family);
    if (known == families.end()) throw std::logic_error("no IBSI family " + family);
    results.push_back({*known, {}});
  }
  if (settings.families.empty()) {
    for (const std::string_view family : families) results.push_back({family, {}});
  }
  const auto asked_for = [&](std::initializer_list<std::string_view> some) {
    return std::any_of(results.begin(), results.end(), [&](const Result& result) {
      return std::find(some.begin(), some.end(), result.family) != some.end();
    });
  };
  const Prepared prepared(image, settings, asked_for({"ih"}),
                          asked_for({"cm", "rlm", "szm", "dzm", "ngt", "ngl"}));
  oneapi::tbb::parallel_for_each(results, [&](Result& result) {
    const StageClock clock(result.family);
    result.features = compute(result.family, prepared);
  });
  FeatureVector features;
  for (const Result& result : results) {
    for (const AggregatedFeatures& aggregated : result.features) {
      for (const FeatureValue& value : aggregated.values) {
        features.push_back(full_feature(result.family, value, aggregated.suffix, settings));
      }
    }
  }
  std::sort(features.begin(), features.end(),
            [](const Feature& a, const Feature& b) { return a.name < b.name; });
  return features;
}

FeatureVector extract_ibsi_features(const Volume& volume, const Mask& mask, const IbsiSettings& settings) {
  IbsiSettings nearby = settings;
  nearby.margin = std::max(settings.margin.value_or(0), margin_of_local_intensity);
  return extract_ibsi_features(process_ibsi_image(volume, mask, nearby), settings);
}

}  // namespace glisson::engine
