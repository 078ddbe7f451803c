#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <iterator>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "engine/features/pyradiomics_features.hpp"
#include "engine/images/image_types.hpp"
#include "engine/images/intensity_transforms.hpp"
#include "engine/images/region_in_image.hpp"
#include "engine/images/resampling.hpp"
#include "engine/region.hpp"
#include "engine/region_groups.hpp"
#include "engine/side_by_side.hpp"
#include "engine/stage_times.hpp"

namespace glisson::engine {
namespace {

// Of each region, the features of one image type.
std::vector<RegionFeatures> features_of_type(const ImageType& type, const Volume& volume, double largest,
                                             std::span<const RegionInImage> regions,
                                             const PyRadiomicsSettings& settings) {
  std::vector<RegionFeatures> results(regions.size());
  const std::vector<std::string> names = response_names(type);
  if (!has_response(type, volume.grid)) {
    for (RegionFeatures& result : results) {
      for (const std::string& name : names)
        add_undefined_features(name, UndefinedReason::image_too_small, settings, result.features);
    }
    return results;
  }
  const auto responses = [&] {
    const StageClock clock("filtering");
    return responses_of(type, volume, largest, regions);
  }();
  const auto faults = side_by_side(regions.size(), [&](std::size_t i) {
    for (std::size_t map = 0; map < names.size(); ++map)
      add_features(names[map], responses[i][map], settings, results[i].features);
  });
  for (std::size_t i = 0; i < regions.size(); ++i) results[i].fault = faults[i];
  return results;
}

// Image types are tasks of their own, the largest first. What runs in parallel within one is isolated from
// the others, so that no more of them are in memory than there are threads.
std::vector<RegionFeatures> features_on(const Volume& volume, std::span<const RegionInImage> regions,
                                        const PyRadiomicsSettings& settings) {
  std::vector<ImageType> types = settings.image_types;
  std::stable_sort(types.begin(), types.end(), [](const ImageType& a, const ImageType& b) {
    return response_names(a).size() > response_names(b).size();
  });
  const double largest = std::ranges::any_of(types, transforms_intensities) ? largest_magnitude(volume) : 0;
  std::vector<std::vector<RegionFeatures>> by_type(types.size());
  const auto compute = [&](std::size_t i) {
    oneapi::tbb::this_task_arena::isolate(
        [&] { by_type[i] = features_of_type(types[i], volume, largest, regions, settings); });
  };
  oneapi::tbb::parallel_for(std::size_t{0}, types.size(), compute, oneapi::tbb::simple_partitioner());
  std::vector<RegionFeatures> results(regions.size());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    auto& [features, fault] = results[i];
    for (std::vector<RegionFeatures>& type : by_type) {
      if (!fault) fault = type[i].fault;
      std::ranges::move(type[i].features, std::back_inserter(features));
    }
    std::ranges::sort(features, {}, &Feature::name);
  }
  return results;
}

// Measures regions of one bounding box or, where nothing is resampled, any regions.
std::vector<RegionFeatures> measure_together(const Volume& volume, std::span<const Mask* const> masks,
                                             const BoundingBox& box, const PyRadiomicsSettings& settings) {
  const auto& spacing = settings.resampled_pixel_spacing;
  const Grid grid = spacing ? resampled_grid(volume.grid, box, *spacing, settings.pad_distance) : volume.grid;
  const bool resampled = grid != volume.grid;
  const Volume interpolated = [&] {
    const StageClock clock("resampling");
    return resampled ? resample(volume, grid) : Volume{};
  }();
  const Volume& image = resampled ? interpolated : volume;
  std::vector<RegionFeatures> results(masks.size());
  std::vector<RegionInImage> regions;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    try {
      regions.push_back(resampled ? RegionInImage(image, resample(*masks[i], grid))
                                  : RegionInImage(image, *masks[i]));
    } catch (const RejectedInput&) {
      results[i].fault = std::current_exception();
    }
  }
  if (regions.empty()) return results;
  auto features = features_on(image, regions, settings);
  auto next = features.begin();
  for (RegionFeatures& result : results) {
    if (!result.fault) result = std::move(*next++);
  }
  return results;
}

}  // namespace

std::vector<RegionFeatures> extract_pyradiomics_features(const Volume& volume,
                                                         std::span<const Mask* const> masks,
                                                         const PyRadiomicsSettings& settings) {
  std::vector<RegionFeatures> results(masks.size());
  for (const auto& [box, members] :
       group_regions(volume.grid, masks, !settings.resampled_pixel_spacing, results)) {
    std::vector<const Mask*> together;
    for (const std::size_t i : members) together.push_back(masks[i]);
    try {
      auto measured = measure_together(volume, together, box, settings);
      for (std::size_t k = 0; k < members.size(); ++k) results[members[k]] = std::move(measured[k]);
    } catch (const RejectedInput&) {
      for (const std::size_t i : members) results[i].fault = std::current_exception();
    }
  }
  return results;
}

FeatureVector extract_pyradiomics_features(const Volume& volume, const Mask& mask,
                                           const PyRadiomicsSettings& settings) {
  const Mask* const one = &mask;
  return features_or_fault(
      std::move(extract_pyradiomics_features(volume, std::span(&one, 1), settings).front()));
}

}  // namespace glisson::engine
