#include "engine/risk/risk_model.hpp"

namespace glisson::engine {

std::string_view keyword(ModelStatus status) noexcept {
  switch (status) {
    case ModelStatus::published:
      return "published";
    case ModelStatus::site_fitted:
      return "site_fitted";
    case ModelStatus::demonstration:
      break;
  }
  return "demonstration";
}

std::string_view keyword(ModelScope scope) noexcept {
  return scope == ModelScope::lesion ? "lesion" : "patient";
}

std::string_view keyword(Predictor predictor) noexcept {
  switch (predictor) {
    case Predictor::linear:
      break;
    case Predictor::logistic:
      return "logistic";
    case Predictor::euclidean:
      return "euclidean";
    case Predictor::points:
      return "points";
    case Predictor::criteria:
      return "criteria";
  }
  return "linear";
}

std::string_view keyword(Transform transform) noexcept {
  switch (transform) {
    case Transform::none:
      break;
    case Transform::log:
      return "log";
    case Transform::log10:
      return "log10";
  }
  return "none";
}

std::string_view keyword(NotAssessedReason reason) noexcept {
  switch (reason) {
    case NotAssessedReason::missing_input:
      break;
    case NotAssessedReason::undefined_input:
      return "undefined_input";
    case NotAssessedReason::wrong_modality:
      return "wrong_modality";
    case NotAssessedReason::wrong_protocol:
      return "wrong_protocol";
    case NotAssessedReason::lesion_too_small:
      return "lesion_too_small";
    case NotAssessedReason::no_lesion:
      return "no_lesion";
    case NotAssessedReason::wrong_phase:
      return "wrong_phase";
    case NotAssessedReason::wrong_unit:
      return "wrong_unit";
  }
  return "missing_input";
}

const std::vector<LesionMeasure>& lesion_measures() {
  using enum ModelScope;
  static const std::vector<LesionMeasure> measures{
      {"lesion_count", "1", patient, "Number of drawn lesions."},
      {"largest_diameter", "mm", patient, "Longest in-plane diameter of the largest drawn lesion."},
      {"total_diameter", "mm", patient, "Sum of the longest in-plane diameters of all drawn lesions."},
      {"total_volume", "mm3", patient, "Sum of the volumes of all drawn lesions."},
      {"long_axis", "mm", lesion, "Longest in-plane diameter of the lesion."},
      {"short_axis", "mm", lesion, "Longest diameter perpendicular to the long axis in the same slice."},
      {"volume", "mm3", lesion, "Volume of the lesion: voxels times voxel volume."},
  };
  return measures;
}

bool Condition::holds(double value) const {
  if (lower && (includes_lower ? value < *lower : value <= *lower)) return false;
  if (upper && (includes_upper ? value > *upper : value >= *upper)) return false;
  return true;
}

}  // namespace glisson::engine
