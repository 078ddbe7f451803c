#pragma once

#include <exception>
#include <span>
#include <string_view>
#include <vector>

#include "engine/extraction_protocol.hpp"
#include "engine/feature.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// The feature classes that a protocol may name: "firstorder", "gldm", "glcm", "glrlm", "glszm", "ngtdm",
/// "shape".
const std::vector<std::string_view>& feature_classes();

/// Computes the features of one region as the protocol says, under its convention.
/// @param volume the image; intensities in the unit of the modality (HU for CT).
/// @param mask the region, on the grid of the volume.
/// @return every feature of the protocol's classes, sorted by name; undefined ones carry a reason.
/// @throws RejectedInput empty_region when no voxel is inside (after resampling, too), too_much_memory when
///         the resampled region is absurdly large, intensities_not_finite when an intensity of the region is
///         not; under IBSI's convention nothing_left_by_resegmentation and too_many_grey_levels, too. Under
///         PyRadiomics' the textures of a map of too many grey levels are undefined.
/// @throws std::logic_error when the grids differ, or for a class that feature_classes() does not hold.
FeatureVector extract_features(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol);

/// The features of one of several regions, or why there are none.
struct RegionFeatures {
  FeatureVector features;
  std::exception_ptr fault;  ///< What extract_features() of that region alone throws, if anything.
};

/// Computes the features of several regions of one image: for each exactly those that it has by itself.
/// What resampling and filters make of the surroundings of a region depends on its bounding box
/// (docs/performance.md), so they are applied once to regions of equal boxes, and once to all of them where
/// they are applied to the whole image.
/// @param masks the regions, on the grid of the volume.
/// @return one for each mask.
/// @throws std::logic_error when the grids differ.
std::vector<RegionFeatures> extract_features(const Volume& volume, std::span<const Mask* const> masks,
                                             const ExtractionProtocol& protocol);

/// Whether filters are applied to the whole image, so that regions of any boxes share them: PyRadiomics' of
/// an image that is not resampled, IBSI's where one of them is periodic or reaches as far as the image.
bool filters_whole_image(const ExtractionProtocol& protocol, const Grid& image);

/// The same under PyRadiomics' convention: resamples where the settings ask for that, crops, discretises, and
/// computes the classes in parallel (oneTBB).
FeatureVector extract_pyradiomics_features(const Volume& volume, const Mask& mask,
                                           const PyRadiomicsSettings& settings);
std::vector<RegionFeatures> extract_pyradiomics_features(const Volume& volume,
                                                         std::span<const Mask* const> masks,
                                                         const PyRadiomicsSettings& settings);

/// The same under IBSI's definitions: features of the processed image (engine/features/ibsi_extraction.hpp)
/// and of the response maps of filters, whose names begin with the filter's.
FeatureVector extract_ibsi_features(const Volume& volume, const Mask& mask, const IbsiExtraction& extraction);
std::vector<RegionFeatures> extract_ibsi_features(const Volume& volume, std::span<const Mask* const> masks,
                                                  const IbsiExtraction& extraction);

}  // namespace glisson::engine
