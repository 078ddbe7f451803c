#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/features/distance_weighting.hpp"
#include "engine/features/ibsi_settings.hpp"
#include "engine/geometry/derived_regions.hpp"
#include "engine/images/filters.hpp"
#include "engine/images/image_types.hpp"

namespace glisson::engine {

/// How features are computed under PyRadiomics' convention, under PyRadiomics' names.
struct PyRadiomicsSettings {
  /// Width of a grey level in units of the image (HU); bin edges are multiples of it.
  double bin_width = 25;
  std::optional<int>
      bin_count;  ///< Instead: so many grey levels between the extremes of each region and map.
  std::optional<std::array<double, 3>> resampled_pixel_spacing;  ///< mm, x y z; none: native spacing.
  int pad_distance = 5;                            ///< Voxels of margin around the region when resampling.
  std::vector<ImageType> image_types{Original{}};  ///< What features are computed on, each once.
  std::vector<std::string> feature_classes;        ///< PyRadiomics classes to compute, e.g. "shape", "glcm".
  /// GLCM and GLRLM of the directions are merged with weights by distance; none: their features are averaged.
  std::optional<WeightingNorm> weighting_norm;
};

/// A filter and what its response map is called.
struct NamedFilter {
  std::string name;  ///< Names of features begin with it, e.g. "log-1.5mm_stat_mean".
  Filter filter;
};

/// How features are computed under IBSI's definitions: the processing, and the response maps of IBSI-2's
/// filters of the processed image.
struct IbsiExtraction {
  IbsiSettings processing;
  bool unfiltered = true;            ///< Features of the image itself.
  std::vector<NamedFilter> filters;  ///< Each of its own name.
  /// Computed on each response map. Re-segmentation by range is that of the unfiltered image; grey levels of
  /// fixed size begin at the lowest response; volume histograms have 1000 bins unless the settings say other.
  std::vector<std::string> filtered_families{"stat"};
};

/// How features are computed: a named, versioned, immutable set of settings (config/protocols/*.toml,
/// docs/protocols.md). The alternative says under which convention.
struct ExtractionProtocol {
  std::string name;         ///< e.g. "pyradiomics-native".
  std::string version;      ///< e.g. "1.0.0".
  std::string description;  ///< One sentence for people.
  std::string digest;       ///< SHA-256 of the protocol file, lower-case hex; goes with every value.

  std::variant<PyRadiomicsSettings, IbsiExtraction> settings;
  bool lossy_images = false;  ///< Images that were compressed with loss are measured too, else refused.
  std::vector<RegionDerivation> derived_regions;  ///< Measured beside the segments, in this order.
};

}  // namespace glisson::engine
