#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::engine {

/// Whose definition, processing and name a feature follows.
enum class Convention {
  pyradiomics,  ///< van Griethuysen et al., Cancer Res. 2017 (10.1158/0008-5472.CAN-17-0339).
  ibsi,         ///< Zwanenburg et al., Radiology 2020 (10.1148/radiol.2020191145), arXiv:1612.07003.
};

std::string_view keyword(Convention convention) noexcept;

/// What a feature is, independent of any image.
struct FeatureDefinition {
  /// PyRadiomics class: "shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"; or IBSI family:
  /// "morph", "loc", "stat", "ih", "ivh", "cm", "rlm", "szm", "dzm", "ngt", "ngl".
  std::string family;
  std::string name;  ///< Without image type, class and aggregation, e.g. "Sphericity", "joint_max".
  std::string
      ibsi_code;     ///< IBSI permanent identifier, e.g. "QCFX"; empty where IBSI defines no equal feature.
  std::string unit;  ///< UCUM without the intensities' part, e.g. "mm", "mm3", "1".
  int intensity_power =
      0;  ///< Power of the intensity unit by which `unit` is multiplied, e.g. 2 for a variance.
  Convention convention = Convention::pyradiomics;
};

/// The UCUM unit of a feature of an image whose intensities have `intensity_unit`, e.g. "[hnsf'U]" for HU
/// gives
/// "[hnsf'U]2" for a variance and "mm3.[hnsf'U]2" for the total energy. "1" stands for intensities without
/// unit.
std::string ucum_unit(const FeatureDefinition& definition, std::string_view intensity_unit);

/// Why a feature has no value.
enum class UndefinedReason {
  single_voxel,            ///< The region has one voxel (variance, kurtosis, correlation need more).
  flat_region,             ///< All intensities of the region are equal.
  single_grey_level,       ///< One grey level after discretisation.
  no_neighbours,           ///< No voxel of the region has a neighbour inside.
  empty_mesh,              ///< The region is too thin for a surface mesh.
  division_by_zero,        ///< The formula's denominator is zero for this region.
  no_such_level,           ///< No grey level of the region fulfils the definition (IVH intensity at a volume
                           ///< fraction).
  image_too_small,         ///< The image has too few voxels for the filter.
  too_many_grey_levels,    ///< More than textures are computed of (most_texture_levels).
  intensities_not_finite,  ///< The filter's response exceeds what a number holds.
};

std::string_view keyword(UndefinedReason reason) noexcept;

/// One feature of one region. A value, or a reason, or both: a sentinel (PyRadiomics' NGTDM Coarseness of
/// 1e6, for instance) is a value with the reason why the formula gives none beside it.
struct Feature {
  std::string name;  ///< Full name: image type, class and feature, e.g. "original_firstorder_Mean"; of IBSI
                     ///< family, feature and aggregation, e.g. "cm_joint_max_3D_avg".
  std::optional<double> value;
  std::optional<UndefinedReason> reason;
  const FeatureDefinition* definition = nullptr;  ///< In the catalogue; lives as long as the program.
};

/// All features of one region under one protocol, sorted by name.
using FeatureVector = std::vector<Feature>;

/// Every feature that the engine computes under PyRadiomics' convention, ordered by family and name.
const std::vector<FeatureDefinition>& feature_catalogue();

/// Every feature that the engine computes under IBSI's convention, ordered by family and name. Aggregations
/// (2D_avg, 3D_comb, ...) of a texture feature share its definition; so do volume and intensity fractions.
const std::vector<FeatureDefinition>& ibsi_feature_catalogue();

/// The definition of "family", "name" in either catalogue.
/// @throws std::logic_error for a feature that no catalogue holds.
const FeatureDefinition& feature_definition(std::string_view family, std::string_view name);

/// The same of a PyRadiomics feature without IBSI's code, for a region for which both differ.
const FeatureDefinition& definition_of_its_own(std::string_view family, std::string_view name);

}  // namespace glisson::engine
