#include "dicom/report/report_codes.hpp"

#include <algorithm>
#include <array>

#include "dicom/report/ibsi_codes.hpp"
#include "engine/digest.hpp"

namespace glisson::dicom::codes {
namespace {

/// A statistic of intensities whose definition equals that of a modifier in CID 7464. Kurtosis is not among
/// them: PyRadiomics' is not the excess kurtosis, IBSI's is, and the modifier does not say which it means.
struct Statistic {
  std::string_view name;       ///< PyRadiomics name, of class "firstorder".
  std::string_view ibsi_name;  ///< IBSI name, of family "stat".
  std::string_view value;
  std::string_view scheme;
  std::string_view meaning;
};

constexpr std::array<Statistic, 7> statistics{{
    {"Maximum", "max", "56851009", "SCT", "Maximum"},
    {"Mean", "mean", "373098007", "SCT", "Mean"},
    {"Median", "median", "373099004", "SCT", "Median"},
    {"Minimum", "min", "255605001", "SCT", "Minimum"},
    {"RootMeanSquared", "rms", "C2347976", "UMLS", "Root Mean Square"},
    {"Skewness", "skew", "126051", "DCM", "Skewness"},
    {"Variance", "var", "C1711260", "UMLS", "Variance"},
}};

std::optional<CodedConcept> statistic_of(const engine::FeatureDefinition& definition) {
  const bool is_ibsi = definition.convention == engine::Convention::ibsi;
  if (definition.family != (is_ibsi ? "stat" : "firstorder")) return std::nullopt;
  const auto found = std::find_if(statistics.begin(), statistics.end(), [&](const Statistic& statistic) {
    return (is_ibsi ? statistic.ibsi_name : statistic.name) == definition.name;
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

/// Whether the feature is all that its definition says: of the image itself, no filter's response, and not
/// one of several aggregations of IBSI's textures, which share a code.
bool is_what_its_code_means(const engine::Feature& feature) {
  const engine::FeatureDefinition& definition = *feature.definition;
  if (definition.convention == engine::Convention::ibsi) {
    return feature.name == definition.family + "_" + definition.name;
  }
  return feature.name.rfind("original_", 0) == 0;
}

}  // namespace

const std::vector<CodedConcept>& private_dictionary() {
  static const std::vector<CodedConcept> dictionary{reason_not_computed,
                                                    caution,
                                                    extraction_protocol,
                                                    ignored_segment,
                                                    risk_category,
                                                    category_wording,
                                                    endpoint,
                                                    population,
                                                    proviso,
                                                    calibration,
                                                    cut_offs,
                                                    citation,
                                                    model_status,
                                                    linear_predictor,
                                                    logistic_regression,
                                                    euclidean_distance,
                                                    point_score,
                                                    criteria};
  return dictionary;
}

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
  if (feature.definition != nullptr && is_what_its_code_means(feature)) {
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
