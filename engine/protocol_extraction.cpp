#include <algorithm>
#include <optional>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "engine/features/ibsi_extraction.hpp"
#include "engine/images/filter_margin.hpp"
#include "engine/region.hpp"
#include "engine/region_groups.hpp"
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

/// A region in the processed image, in its box.
struct ProcessedRegion {
  RegionFeatures* result;
  BoundingBox box;
  Mask morphological_mask;
  Mask intensity_mask;
};

BoundingBox box_of_all(std::span<const ProcessedRegion> regions) {
  BoundingBox box = regions.front().box;
  for (const ProcessedRegion& region : regions) box = union_of(box, region.box);
  return box;
}

/// Adds the features of each region in the response map of a filter, which is computed once for all of them.
/// Only the Fourier transforms of a Gabor filter round otherwise in another box: it is applied box by box.
void add_filtered(const NamedFilter& filter, const Volume& volume, std::span<const ProcessedRegion> regions,
                  const IbsiSettings& settings) {
  const bool by_box = std::holds_alternative<GaborFilter>(filter.filter);
  const BoundingBox all = box_of_all(regions);
  Volume response;
  std::optional<BoundingBox> box;
  for (const ProcessedRegion& region : regions) {
    if (region.result->fault) continue;
    try {
      if (const BoundingBox wanted = by_box ? region.box : all; box != wanted) {
        const StageClock clock("filtering");
        response = apply_filter(filter.filter, volume, wanted);
        box = wanted;
      }
      IbsiImage image{crop_to_box(response, relative_to(region.box, *box)), region.morphological_mask,
                      region.intensity_mask};
      image.morphological_mask.grid = image.intensity_mask.grid = image.volume.grid;
      append(filter.name + "_", extract_ibsi_features(image, settings), region.result->features);
    } catch (const RejectedInput&) {
      region.result->fault = std::current_exception();
    }
  }
}

/// Processes regions that share one processed image and computes their features.
void measure_together(const Volume& volume, std::span<const Mask* const> masks,
                      std::span<const std::size_t> members, const IbsiSettings& processing,
                      const IbsiExtraction& extraction, std::vector<RegionFeatures>& results) {
  Volume processed;
  std::vector<ProcessedRegion> regions;
  for (const std::size_t i : members) {
    try {
      IbsiImage image = process_ibsi_image(volume, *masks[i], processing);
      if (extraction.unfiltered)
        append("", extract_ibsi_features(image, extraction.processing), results[i].features);
      const BoundingBox box = bounding_box(image.morphological_mask);
      regions.push_back({&results[i], box, crop_to_box(image.morphological_mask, box),
                         crop_to_box(image.intensity_mask, box)});
      processed = std::move(image.volume);
    } catch (const RejectedInput&) {
      results[i].fault = std::current_exception();
    }
  }
  if (regions.empty()) return;
  for (const NamedFilter& filter : extraction.filters)
    add_filtered(filter, processed, regions, for_responses(extraction));
}

}  // namespace

std::vector<RegionFeatures> extract_ibsi_features(const Volume& volume, std::span<const Mask* const> masks,
                                                  const IbsiExtraction& extraction) {
  IbsiSettings processing = extraction.processing;
  processing.margin = needed_margin(extraction, volume.grid);
  std::vector<RegionFeatures> results(masks.size());
  for (const RegionGroup& group : group_regions(volume.grid, masks, !processing.margin, results))
    measure_together(volume, masks, group.members, processing, extraction, results);
  for (RegionFeatures& result : results) std::ranges::sort(result.features, {}, &Feature::name);
  return results;
}

FeatureVector extract_ibsi_features(const Volume& volume, const Mask& mask,
                                    const IbsiExtraction& extraction) {
  const Mask* const one = &mask;
  return features_or_fault(std::move(extract_ibsi_features(volume, std::span(&one, 1), extraction).front()));
}

std::vector<RegionFeatures> extract_features(const Volume& volume, std::span<const Mask* const> masks,
                                             const ExtractionProtocol& protocol) {
  if (const auto* settings = std::get_if<PyRadiomicsSettings>(&protocol.settings)) {
    return extract_pyradiomics_features(volume, masks, *settings);
  }
  return extract_ibsi_features(volume, masks, std::get<IbsiExtraction>(protocol.settings));
}

FeatureVector extract_features(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol) {
  const Mask* const one = &mask;
  return features_or_fault(std::move(extract_features(volume, std::span(&one, 1), protocol).front()));
}

bool filters_whole_image(const ExtractionProtocol& protocol, const Grid& image) {
  if (const auto* settings = std::get_if<PyRadiomicsSettings>(&protocol.settings)) {
    return !settings->resampled_pixel_spacing &&
           !std::ranges::all_of(settings->image_types, transforms_intensities);
  }
  return !needed_margin(std::get<IbsiExtraction>(protocol.settings), image);
}

}  // namespace glisson::engine
