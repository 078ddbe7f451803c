#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::engine {

/// Where a model comes from, and thus who may see its numbers.
enum class ModelStatus {
  published,      ///< Formula, units and cut-offs stand in the cited source.
  site_fitted,    ///< Fitted and frozen by a hospital on its own patients.
  demonstration,  ///< Coefficients come from no patients: never a category, never a probability.
};

/// What a model is computed for.
enum class ModelScope {
  lesion,   ///< Once for each lesion, on its features.
  patient,  ///< Once for the patient, on counts, sizes and clinical values.
};

/// How the inputs become the score.
enum class Predictor {
  linear,     ///< intercept + sum of coefficient times normalised input.
  logistic,   ///< The same through 1 / (1 + exp(-x)).
  euclidean,  ///< Square root of the sum of (coefficient times normalised input) squared.
  points,     ///< Sum of the points of every rule that holds.
};

/// One input of a model: a feature ("original_firstorder_Mean"), a measure of the drawn lesions
/// ("lesion_count", "largest_diameter", "total_diameter", "volume") or a clinical value.
struct ModelInput {
  std::string name;
  std::string unit;  ///< UCUM; what the model expects after conversion.
  double scale = 1;  ///< Multiplied to the value as supplied (mm to cm: 0.1).
  double mean = 0;   ///< Normalisation: (scaled value - mean) / standard_deviation.
  double standard_deviation = 1;
  double coefficient = 0;  ///< For linear, logistic, euclidean.
};

/// One rule of a points model: `points` when lower < value <= upper for its input (after scale). A closed
/// lower bound is expressed by the rule before it.
struct PointRule {
  std::string input;
  std::optional<double> lower;
  std::optional<double> upper;
  double points = 0;
};

/// A category of the score: scores up to and including `upper` (and above the category before) fall into it.
struct ScoreCategory {
  std::optional<double> upper;  ///< None: no upper bound.
  std::string label;            ///< As the source words it.
  std::string wording;          ///< Sentence for the report; follows docs/intended_use.md.
  std::string risk;             ///< "high", "moderate", "low", "uncertain" (CID 3118), or empty.
};

/// A frozen model, as its package's manifest states it (config/models/*/model.toml).
struct RiskModel {
  std::string name;  ///< Folder name of the package, e.g. "tumour-burden-score".
  std::string version;
  std::string title;            ///< For people, e.g. "Tumour burden score".
  std::string endpoint;         ///< What is predicted.
  std::string population;       ///< For whom; goes beside the number in the report.
  std::string modality;         ///< "CT", "MR", "PT" or empty: any.
  std::string phase;            ///< Contrast phase, or empty: any.
  std::string protocol;         ///< Extraction protocol its features need, or empty.
  std::string protocol_digest;  ///< SHA-256 of that protocol; a mismatch gives no number.
  ModelStatus status = ModelStatus::demonstration;
  ModelScope scope = ModelScope::lesion;
  Predictor predictor = Predictor::linear;
  double intercept = 0;
  std::vector<ModelInput> inputs;
  std::vector<PointRule> rules;
  std::vector<ScoreCategory> categories;
  std::string score_name;        ///< For the report, e.g. "Tumour burden score".
  std::string score_unit = "1";  ///< UCUM.
  double cut_off_tolerance = 0;  ///< Within this of a cut-off the report says "at the cut-off".
  std::string calibration;
  std::string citation;
  std::string digest;         ///< SHA-256 of the manifest, lower-case hex.
  double minimum_volume = 0;  ///< mm^3; smaller lesions get no score.
  int minimum_slices = 0;
};

/// A value that a model may take, with where it came from.
struct InputValue {
  double value = 0;
  std::string unit;  ///< UCUM, as supplied.
};

/// What one input did to the score.
struct Contribution {
  std::string input;
  double value = 0;         ///< As supplied, before scale and normalisation.
  std::string unit;         ///< UCUM, as supplied.
  double contribution = 0;  ///< Its share of the linear predictor, or its points.
};

/// Why a model gave no number.
enum class NotAssessedReason {
  missing_input,
  undefined_input,
  wrong_modality,
  wrong_protocol,
  lesion_too_small,
  no_lesion,
};

std::string_view keyword(NotAssessedReason reason) noexcept;

/// The outcome of one model for one lesion or patient: a score, or the reason why there is none.
struct RiskAssessment {
  const RiskModel* model = nullptr;
  int segment_number = 0;  ///< 0 for the patient.
  std::optional<double> score;
  std::optional<double> probability;      ///< 0 to 1; only of logistic models that are no demonstration.
  std::optional<ScoreCategory> category;  ///< Never of a demonstration.
  bool at_cut_off = false;
  std::vector<Contribution> contributions;  ///< Largest absolute contribution first.
  std::optional<NotAssessedReason> reason;
  std::string detail;  ///< With a reason: e.g. the names of the missing inputs.
};

/// What a model is assessed on.
struct ModelContext {
  std::map<std::string, InputValue> values;      ///< Available inputs by name.
  std::map<std::string, std::string> undefined;  ///< Inputs that were computed but undefined, with why.
  std::string modality;
  std::string protocol_digest;
  double lesion_volume = 0;  ///< mm^3 (the smallest lesion's for a patient model).
  int lesion_slices = 0;
  int segment_number = 0;
};

/// Applies a model. Never guesses: a missing or undefined input gives a reason that names it, not a number.
RiskAssessment assess_risk(const RiskModel& model, const ModelContext& context);

}  // namespace glisson::engine
