#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::engine {

/// What a feature is, independent of any image.
struct FeatureDefinition {
  std::string
      family;        ///< PyRadiomics class: "shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm".
  std::string name;  ///< PyRadiomics name without image type and class, e.g. "Sphericity".
  std::string
      ibsi_code;     ///< IBSI permanent identifier, e.g. "QCFX"; empty where IBSI defines no equal feature.
  std::string unit;  ///< UCUM without the intensities' part, e.g. "mm", "mm3", "1".
  int intensity_power =
      0;  ///< Power of the intensity unit by which `unit` is multiplied, e.g. 2 for a variance.
};

/// The UCUM unit of a feature of an image whose intensities have `intensity_unit`, e.g. "[hnsf'U]" for HU
/// gives
/// "[hnsf'U]2" for a variance and "mm3.[hnsf'U]2" for the total energy. "1" stands for intensities without
/// unit.
std::string ucum_unit(const FeatureDefinition& definition, std::string_view intensity_unit);

/// Why a feature has no value.
enum class UndefinedReason {
  single_voxel,       ///< The region has one voxel (variance, kurtosis, correlation need more).
  flat_region,        ///< All intensities of the region are equal.
  single_grey_level,  ///< One grey level after discretisation.
  no_neighbours,      ///< No voxel of the region has a neighbour inside.
  empty_mesh,         ///< The region is too thin for a surface mesh.
  division_by_zero,   ///< The formula's denominator is zero for this region.
};

std::string_view keyword(UndefinedReason reason) noexcept;

/// One feature of one region. A value, or a reason, or both: a sentinel (PyRadiomics' NGTDM Coarseness of
/// 1e6, for instance) is a value with the reason why the formula gives none beside it.
struct Feature {
  std::string name;  ///< Full name: image type, class and feature, e.g. "original_firstorder_Mean".
  std::optional<double> value;
  std::optional<UndefinedReason> reason;
  const FeatureDefinition* definition = nullptr;  ///< In the catalogue; lives as long as the program.
};

/// All features of one region under one protocol, sorted by name.
using FeatureVector = std::vector<Feature>;

/// Every feature that the engine computes, ordered by family and name (engine/feature_catalogue.cpp).
const std::vector<FeatureDefinition>& feature_catalogue();

/// The definition of "family", "name".
/// @throws std::logic_error for a feature that the catalogue does not hold.
const FeatureDefinition& feature_definition(std::string_view family, std::string_view name);

}  // namespace glisson::engine
