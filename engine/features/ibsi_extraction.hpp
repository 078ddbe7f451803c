#pragma once

#include <string_view>
#include <vector>

#include "engine/feature.hpp"
#include "engine/features/ibsi_processing.hpp"
#include "engine/features/ibsi_settings.hpp"

namespace glisson::engine {

/// The families that IbsiSettings::families may name: "morph", "loc", "stat", "ih", "ivh", "cm", "rlm",
/// "szm", "dzm", "ngt", "ngl".
const std::vector<std::string_view>& ibsi_families();

/// Computes the features of IBSI-1 (Zwanenburg et al., Radiology 2020, 10.1148/radiol.2020191145;
/// arXiv:1612.07003). Names are those of IBSI's reference values: family, feature and, for textures,
/// aggregation, e.g. "morph_volume", "cm_joint_max_3D_avg", "szm_sze_2_5D".
/// @param volume the image; intensities in the unit of the modality (HU for CT).
/// @param mask the region, on the grid of the volume.
/// @return every feature of the families asked for, sorted by name; undefined ones carry a reason.
/// @throws RejectedInput empty_region when no voxel is inside (after interpolation, too),
/// nothing_left_by_resegmentation,
///         too_much_memory when the interpolated image or the number of grey levels is absurd,
///         intensities_not_finite when an intensity of the region is not finite.
/// @throws std::logic_error when the grids differ, or for a family that ibsi_families() does not hold.
FeatureVector extract_ibsi_features(const Volume& volume, const Mask& mask, const IbsiSettings& settings);

/// The same of an image that process_ibsi_image() has made, whose volume a filter may have replaced. Grey
/// levels begin at the bounds of the re-segmentation range only where all intensities of the region lie in
/// it: those of a filter's response, which need not, begin at their own lowest.
FeatureVector extract_ibsi_features(const IbsiImage& image, const IbsiSettings& settings);

}  // namespace glisson::engine
