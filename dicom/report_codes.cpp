#include "dicom/report_codes.hpp"

#include <algorithm>
#include <array>

#include "dicom/ibsi_codes.hpp"
#include "engine/digest.hpp"

namespace glisson::dicom::codes {
namespace {

/// A statistic of the firstorder class whose definition equals that of a modifier in CID 7464. PyRadiomics'
/// kurtosis is not among them: it is not the excess kurtosis, and the modifier does not say which it means.
struct Statistic {
  std::string_view name;  ///< PyRadiomics name.
  std::string_view value;
  std::string_view scheme;
  std::string_view meaning;
};

constexpr std::array<Statistic, 7> statistics{{
    {"Maximum", "56851009", "SCT", "Maximum"},
    {"Mean", "373098007", "SCT", "Mean"},
    {"Median", "373099004", "SCT", "Median"},
    {"Minimum", "255605001", "SCT", "Minimum"},
    {"RootMeanSquared", "C2347976", "UMLS", "Root Mean Square"},
    {"Skewness", "126051", "DCM", "Skewness"},
    {"Variance", "C1711260", "UMLS", "Variance"},
}};

std::optional<CodedConcept> statistic_of(const engine::FeatureDefinition& definition) {
  if (definition.family != "firstorder") return std::nullopt;
  const auto found = std::find_if(statistics.begin(), statistics.end(), [&](const Statistic& statistic) {
    return statistic.name == definition.name;
  });
  if (found == statistics.end()) return std::nullopt;
  return CodedConcept{std::string(found->value), std::string(found->scheme), std::string(found->meaning)};
}

/// What the intensities of a modality are (CID 7469); none for PET, whose units differ from site to site.
std::optional<CodedConcept> measured_quantity(std::string_view image_modality) {
  if (image_modality == "CT") return CodedConcept{"110850", "DCM", "X-Ray Attenuation"};
  if (image_modality == "MR") return CodedConcept{"110852", "DCM", "MR signal intensity"};
  return std::nullopt;
}

bool is_of_original_image(std::string_view feature_name) { return feature_name.rfind("original_", 0) == 0; }

}  // namespace

CodedConcept private_concept(char prefix, std::string_view name, std::string meaning) {
  const auto digest = sha256(name);
  return {prefix + to_hex(digest).substr(0, 15), private_scheme, std::move(meaning)};
}

CodedConcept unit(std::string_view ucum) {
  struct Meaning {
    std::string_view ucum;
    std::string_view words;
  };
  static constexpr std::array<Meaning, 8> meanings{{
      {"1", "no units"},
      {"%", "percent"},
      {"mm", "millimeter"},
      {"mm2", "square millimeter"},
      {"mm3", "cubic millimeter"},
      {"cm", "centimeter"},
      {"ml", "milliliter"},
      {"[hnsf'U]", "Hounsfield unit"},
  }};
  const auto found = std::find_if(meanings.begin(), meanings.end(),
                                  [&](const Meaning& meaning) { return meaning.ucum == ucum; });
  return {std::string(ucum), "UCUM", std::string(found == meanings.end() ? ucum : found->words)};
}

FeatureCode feature_code(const engine::Feature& feature, std::string_view image_modality,
                         std::string_view intensity_unit) {
  FeatureCode code;
  code.unit = unit("1");
  if (feature.definition != nullptr) code.unit = unit(engine::ucum_unit(*feature.definition, intensity_unit));
  if (feature.definition != nullptr && is_of_original_image(feature.name)) {
    if (auto adopted = ibsi_concept(feature.definition->ibsi_code)) {
      code.name = *adopted;
      return code;
    }
    const auto quantity = measured_quantity(image_modality);
    const auto statistic = statistic_of(*feature.definition);
    if (quantity && statistic) {
      code.name = *quantity;
      code.derivation = statistic;
      return code;
    }
  }
  code.name = private_concept('F', feature.name, feature.name);
  return code;
}

}  // namespace glisson::dicom::codes
