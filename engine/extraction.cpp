#include "engine/extraction.hpp"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_for_each.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <stdexcept>

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"
#include "engine/features/first_order_features.hpp"
#include "engine/features/glcm_features.hpp"
#include "engine/features/gldm_features.hpp"
#include "engine/features/glrlm_features.hpp"
#include "engine/features/glszm_features.hpp"
#include "engine/features/ngtdm_features.hpp"
#include "engine/features/shape_features.hpp"
#include "engine/images/image_types.hpp"
#include "engine/images/intensity_transforms.hpp"
#include "engine/images/resampling.hpp"
#include "engine/region.hpp"
#include "engine/stage_times.hpp"

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

// The region in a response map.
struct ResponseRegion {
  Region region;
  std::vector<double> exact;  ///< Its intensities where single precision is not all of them, else empty.
};

// The image, its region, and where the voxels inside lie.
class RegionOfImage {
 public:
  RegionOfImage(const Volume& volume, const Mask& mask)
      : volume_(volume),
        mask_(mask),
        box_(bounding_box(mask)),
        region_(crop_to_region(volume, mask)),
        largest_(largest_magnitude(volume)) {
    std::size_t first = 0;
    const auto width = static_cast<std::ptrdiff_t>(box_.extent(0));
    for (auto row = region_.inside.begin(); row != region_.inside.end(); row += width) {
      first_of_row_.push_back(first);
      first += static_cast<std::size_t>(std::count(row, row + width, 1));
    }
  }

  const Region& original() const { return region_; }

  /// The region in each response map of an image type.
  std::vector<ResponseRegion> responses(const ImageType& type) const {
    std::vector<ResponseRegion> regions(response_names(type).size(), ResponseRegion{region_, {}});
    if (std::holds_alternative<Original>(type)) return regions;
    if (transforms_intensities(type)) {
      regions[0].exact = transformed_intensities(type, region_.intensities, largest_);
      std::copy(regions[0].exact.begin(), regions[0].exact.end(), regions[0].region.intensities.begin());
      return regions;
    }
    compute_responses(type, volume_, box_, [&](std::size_t map, int y, int z, const float* row) {
      gather(y, z, row, regions[map].region.intensities);
    });
    return regions;
  }

 private:
  void gather(int y, int z, const float* row, std::vector<float>& intensities) const {
    const int index = (z - box_.lower[2]) * box_.extent(1) + y - box_.lower[1];
    std::size_t next = first_of_row_[static_cast<std::size_t>(index)];
    const std::uint8_t* inside = mask_.voxels.data() + mask_.grid.offset(0, y, z);
    for (int x = box_.lower[0]; x <= box_.upper[0]; ++x) {
      if (inside[x] != 0) intensities[next++] = row[x];
    }
  }

  const Volume& volume_;
  const Mask& mask_;
  BoundingBox box_;
  Region region_;
  double largest_;                         // M of engine/images/image_types.hpp
  std::vector<std::size_t> first_of_row_;  // of region_.intensities
};

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

// Features of a map that does not exist, as the image is too small for its filter.
void add_undefined(const std::string& map, const PyRadiomicsSettings& settings, FeatureVector& features) {
  for (const FeatureDefinition& definition : feature_catalogue()) {
    const auto& wanted = settings.feature_classes;
    if (definition.family == "shape" ||
        std::find(wanted.begin(), wanted.end(), definition.family) == wanted.end()) {
      continue;
    }
    features.push_back(
        full_feature(map, definition.family, undefined(definition.name, UndefinedReason::image_too_small)));
  }
}

// The features of one response map. Shape is that of the region, whatever the map: it goes with the original.
void add_features(const std::string& map, const ResponseRegion& response, const PyRadiomicsSettings& settings,
                  FeatureVector& features) {
  struct Result {
    const FeatureClass* feature_class;
    FeatureValues values;
  };
  const GreyLevelRegion levels = [&] {
    const StageClock clock("discretisation");
    return response.exact.empty() ? discretise(response.region, settings.bin_width)
                                  : discretise(response.region, response.exact, settings.bin_width);
  }();
  std::vector<Result> results;
  for (const FeatureClass* c : classes_of(settings)) {
    if (c->name != "shape" || map == "original") results.push_back({c, {}});
  }
  oneapi::tbb::parallel_for_each(results, [&](Result& result) {
    const StageClock clock(result.feature_class->name);
    result.values = result.feature_class->compute(response.region, levels);
  });
  for (const Result& result : results) {
    for (const FeatureValue& value : result.values) {
      features.push_back(full_feature(map, result.feature_class->name, value));
    }
  }
}

FeatureVector features_of_type(const RegionOfImage& region, const Grid& grid, const ImageType& type,
                               const PyRadiomicsSettings& settings) {
  FeatureVector features;
  const std::vector<std::string> names = response_names(type);
  if (!has_response(type, grid)) {
    for (const std::string& name : names) add_undefined(name, settings, features);
    return features;
  }
  const std::vector<ResponseRegion> responses = [&] {
    const StageClock clock("filtering");
    return region.responses(type);
  }();
  for (std::size_t map = 0; map < names.size(); ++map)
    add_features(names[map], responses[map], settings, features);
  return features;
}

// Image types are tasks of their own, the largest first. What runs in parallel within one is isolated from
// the others, so that no more of them are in memory than there are threads.
FeatureVector features_on(const Volume& volume, const Mask& mask, const PyRadiomicsSettings& settings) {
  const RegionOfImage region(volume, mask);
  std::vector<ImageType> types = settings.image_types;
  std::stable_sort(types.begin(), types.end(), [](const ImageType& a, const ImageType& b) {
    return response_names(a).size() > response_names(b).size();
  });
  std::vector<FeatureVector> by_type(types.size());
  const auto compute = [&](std::size_t i) {
    oneapi::tbb::this_task_arena::isolate(
        [&] { by_type[i] = features_of_type(region, volume.grid, types[i], settings); });
  };
  oneapi::tbb::parallel_for(std::size_t{0}, types.size(), compute, oneapi::tbb::simple_partitioner());
  FeatureVector features;
  for (FeatureVector& part : by_type) std::move(part.begin(), part.end(), std::back_inserter(features));
  std::sort(features.begin(), features.end(),
            [](const Feature& a, const Feature& b) { return a.name < b.name; });
  return features;
}

}  // namespace

FeatureVector extract_pyradiomics_features(const Volume& volume, const Mask& mask,
                                           const PyRadiomicsSettings& settings) {
  if (!settings.resampled_pixel_spacing) return features_on(volume, mask, settings);
  const ResampledImage resampled = [&] {
    const StageClock clock("resampling");
    return resample(volume, mask, *settings.resampled_pixel_spacing, settings.pad_distance);
  }();
  return features_on(resampled.volume, resampled.mask, settings);
}

}  // namespace glisson::engine
