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
  logistic,   ///< The same through 1 / (1 + exp(-x)): a probability.
  euclidean,  ///< Square root of the sum of (coefficient times normalised input) squared.
  points,     ///< intercept + sum of the points of every rule that holds.
  criteria,   ///< 1 when all conditions of at least one alternative hold, else 0.
};

/// What is done to an input before its power and its normalisation.
enum class Transform {
  none,
  log,    ///< Natural logarithm.
  log10,  ///< Decimal logarithm.
};

std::string_view keyword(ModelStatus status) noexcept;
std::string_view keyword(ModelScope scope) noexcept;
std::string_view keyword(Predictor predictor) noexcept;
std::string_view keyword(Transform transform) noexcept;

/// One input of a model: a feature ("original_firstorder_Mean"), a measure of the drawn lesions (see
/// lesion_measures()) or a clinical value. A model may name one input several times with different powers.
/// Normalised input = (transform(value in `unit`) ^ power - mean) / standard_deviation.
struct ModelInput {
  std::string name;
  std::string unit;  ///< UCUM; what the formula takes. Values supplied in another unit are converted.
  double mean = 0;
  double standard_deviation = 1;
  double coefficient = 0;  ///< For linear, logistic, euclidean.
  Transform transform = Transform::none;
  int power = 1;
};

/// An interval of one input, in the unit of that input. Absent bounds do not bind.
struct Condition {
  std::string input;
  std::optional<double> lower;
  std::optional<double> upper;
  bool includes_lower = false;
  bool includes_upper = true;

  bool holds(double value) const;
};

/// One rule of a points model: its points count when its condition holds.
struct PointRule {
  Condition condition;
  double points = 0;
};

/// One way to fulfil a criteria model: all conditions hold ("up to 3 lesions, none above 3 cm").
struct Alternative {
  std::vector<Condition> conditions;
};

/// A category of the score: scores up to `upper` (and above the category before) fall into it.
struct ScoreCategory {
  std::optional<double> upper;  ///< None: no upper bound.
  std::string label;            ///< Names the side of the cut-off, e.g. "below the cut-off of 3.36".
  std::string wording;          ///< Sentence for the report; follows docs/intended_use.md.
  std::string risk;             ///< "high", "moderate", "low", "uncertain" (CID 3118), or empty.
  bool includes_upper = true;   ///< Whether `upper` itself belongs to this category or to the next.
};

/// A frozen model, as its package's manifest states it (config/models/*/model.toml).
struct RiskModel {
  std::string name;  ///< Folder name of the package, e.g. "tumour-burden-score".
  std::string version;
  std::string title;       ///< For people, e.g. "Tumour burden score".
  std::string endpoint;    ///< What is predicted.
  std::string population;  ///< For whom; goes beside the number in the report.
  std::string modality;    ///< "CT", "MR", "PT" or empty: any.
  std::string phase;       ///< Contrast phase, or empty: any.
  std::string protocol;    ///< Extraction protocol its features need, or empty.
  std::string protocol_version;
  std::string protocol_digest;  ///< SHA-256 of that protocol; a mismatch gives no number.
  ModelStatus status = ModelStatus::demonstration;
  ModelScope scope = ModelScope::lesion;
  Predictor predictor = Predictor::linear;
  double intercept = 0;
  std::vector<ModelInput> inputs;
  std::vector<PointRule> rules;           ///< Of points models.
  std::vector<Alternative> alternatives;  ///< Of criteria models.
  std::vector<ScoreCategory> categories;
  std::string score_name;        ///< For the report, e.g. "Tumour burden score".
  std::string score_unit = "1";  ///< UCUM.
  double cut_off_tolerance = 0;  ///< Within this of a cut-off the report says "at the cut-off".
  std::string proviso;           ///< What every number is subject to, e.g. "if HCC; diagnosis not assessed".
  std::string calibration;
  std::string citation;
  std::string digest;         ///< SHA-256 of the manifest, lower-case hex.
  double minimum_volume = 0;  ///< mm^3; smaller lesions get no score.
  int minimum_slices = 0;
};

/// A value that a model may take, with where it came from.
struct InputValue {
  double value = 0;
  std::string unit;      ///< UCUM, as supplied.
  double tolerance = 0;  ///< Resolution of the value in the same unit; where a change by as much would change
                         ///< the category, the score is at the cut-off.
};

/// A measure of the drawn lesions that models may read beside features and clinical values.
struct LesionMeasure {
  std::string_view name;
  std::string_view unit;  ///< UCUM, as supplied.
  ModelScope scope;       ///< patient: of all drawn lesions; lesion: of one.
  std::string_view meaning;
};

/// All such measures. Sizes are longest in-plane diameters, outer edge to outer edge.
const std::vector<LesionMeasure>& lesion_measures();

/// What one input did to the score.
struct Contribution {
  std::string input;
  double value = 0;         ///< As supplied, before scale and normalisation.
  std::string unit;         ///< UCUM, as supplied.
  double contribution = 0;  ///< Its share of the linear predictor or of the square under the root, or its
                            ///< points; 0 in criteria models, which weigh nothing.
};

/// Why a model gave no number.
enum class NotAssessedReason {
  missing_input,
  undefined_input,
  wrong_modality,
  wrong_protocol,
  lesion_too_small,
  no_lesion,
  wrong_phase,
  wrong_unit,
};

std::string_view keyword(NotAssessedReason reason) noexcept;

/// The outcome of one model for one lesion or patient: a score, or the reason why there is none.
struct RiskAssessment {
  const RiskModel* model = nullptr;
  int segment_number = 0;  ///< 0 for the patient.
  std::optional<double> score;
  std::optional<double> probability;  ///< 0 to 1; only of logistic models that are no demonstration.
  /// Never of a demonstration. Its wording ends with the model's proviso. At a cut-off its label is "at the
  /// cut-off", its wording names both sides, and its risk, where the model grades risk, is "uncertain".
  std::optional<ScoreCategory> category;
  bool at_cut_off = false;                  ///< A change within tolerance would change the category.
  std::vector<Contribution> contributions;  ///< Largest absolute contribution first.
  std::optional<NotAssessedReason> reason;
  std::string detail;  ///< With a reason: e.g. the names of the missing inputs.
};

/// What a model is assessed on.
struct ModelContext {
  std::map<std::string, InputValue> values;      ///< Available inputs by name.
  std::map<std::string, std::string> undefined;  ///< Inputs that were computed but undefined, with why.
  std::string modality;
  std::string phase;
  std::string protocol_digest;
  double lesion_volume = 0;  ///< mm^3 (the smallest lesion's for a patient model).
  int lesion_slices = 0;
  int segment_number = 0;
};

/// Applies a model. Never guesses: a missing or undefined input gives a reason that names it, not a number.
/// @param model must outlive the assessment.
/// @throws std::logic_error for a demonstration that would give a probability; the manifest parser refuses
/// it.
RiskAssessment assess_risk(const RiskModel& model, const ModelContext& context);

}  // namespace glisson::engine
