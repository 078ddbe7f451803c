#include <algorithm>

#include "engine/extraction.hpp"
#include "engine/features/ibsi_extraction.hpp"
#include "engine/images/filter_margin.hpp"
#include "engine/region.hpp"
#include "engine/stage_times.hpp"

namespace glisson::engine {
namespace {

/// The settings for response maps: their intensities have nothing to do with the range of the image's.
IbsiSettings for_responses(const IbsiExtraction& extraction) {
  IbsiSettings settings = extraction.processing;
  settings.families = extraction.filtered_families;
  settings.range.reset();
  settings.ivh_discretisation = settings.ivh_discretisation.value_or(FixedBinNumber{1000});
  return settings;
}

void append(const std::string& prefix, FeatureVector&& more, FeatureVector& features) {
  for (Feature& feature : more) {
    feature.name.insert(0, prefix);
    features.push_back(std::move(feature));
  }
}

}  // namespace

FeatureVector extract_ibsi_features(const Volume& volume, const Mask& mask,
                                    const IbsiExtraction& extraction) {
  IbsiSettings nearby = extraction.processing;
  nearby.margin = needed_margin(extraction, volume.grid);
  const IbsiImage image = process_ibsi_image(volume, mask, nearby);
  FeatureVector features;
  if (extraction.unfiltered) append("", extract_ibsi_features(image, extraction.processing), features);
  const BoundingBox box = bounding_box(image.morphological_mask);
  const Mask morphological_mask = crop_to_box(image.morphological_mask, box);
  const Mask intensity_mask = crop_to_box(image.intensity_mask, box);
  for (const NamedFilter& filter : extraction.filters) {
    IbsiImage response;
    {
      const StageClock clock("filtering");
      response.volume = apply_filter(filter.filter, image.volume, box);
    }
    response.morphological_mask = {response.volume.grid, morphological_mask.voxels};
    response.intensity_mask = {response.volume.grid, intensity_mask.voxels};
    append(filter.name + "_", extract_ibsi_features(response, for_responses(extraction)), features);
  }
  std::ranges::sort(features, {}, &Feature::name);
  return features;
}

FeatureVector extract_features(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol) {
  if (const auto* settings = std::get_if<PyRadiomicsSettings>(&protocol.settings)) {
    return extract_pyradiomics_features(volume, mask, *settings);
  }
  return extract_ibsi_features(volume, mask, std::get<IbsiExtraction>(protocol.settings));
}

}  // namespace glisson::engine
