#pragma once

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
/// the
///         resampled region or the number of grey levels is absurd, unsupported_pixel_format when an
///         intensity of the region is not finite.
/// @throws std::logic_error when the grids differ, or for a class that feature_classes() does not hold.
FeatureVector extract_features(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol);

/// The same under PyRadiomics' convention: resamples where the settings ask for that, crops, discretises, and
/// computes the classes in parallel (oneTBB).
FeatureVector extract_pyradiomics_features(const Volume& volume, const Mask& mask,
                                           const PyRadiomicsSettings& settings);

/// The same under IBSI's definitions: features of the processed image (engine/features/ibsi_extraction.hpp)
/// and of the response maps of filters, whose names begin with the filter's.
FeatureVector extract_ibsi_features(const Volume& volume, const Mask& mask, const IbsiExtraction& extraction);

}  // namespace glisson::engine
