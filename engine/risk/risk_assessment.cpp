#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "engine/risk/risk_model.hpp"
#include "engine/risk/unit_conversion.hpp"

namespace glisson::engine {
namespace {

/// The inputs of a model by their order, each in the unit that the formula takes.
using Values = std::vector<double>;

/// Why a model cannot be applied, with what its reader needs to know.
struct Obstacle {
  NotAssessedReason reason;
  std::string detail;
};

std::string text(double number) {
  std::ostringstream stream;
  stream << number;
  return stream.str();
}

bool lacks_a_lesion(const RiskModel& model, const ModelContext& context) {
  const auto count = context.values.find("lesion_count");
  if (count == context.values.end() || count->second.value > 0) return false;
  return std::ranges::any_of(model.inputs, [](const ModelInput& input) {
    return std::ranges::find(lesion_measures(), input.name, &LesionMeasure::name) != lesion_measures().end();
  });
}

/// The model was made for other images than these.
std::optional<Obstacle> unsuitable_images(const RiskModel& model, const ModelContext& context) {
  using enum NotAssessedReason;
  if (!model.modality.empty() && model.modality != context.modality) {
    return Obstacle{wrong_modality, "needs " + model.modality};
  }
  if (!model.phase.empty() && model.phase != context.phase) {
    return Obstacle{wrong_phase, "needs the phase " + model.phase};
  }
  if (!model.protocol.empty() && model.protocol_digest != context.protocol_digest) {
    return Obstacle{wrong_protocol,
                    "needs features by " + model.protocol + " " + model.protocol_version + ", unchanged"};
  }
  if (lacks_a_lesion(model, context)) return Obstacle{no_lesion, "no lesion is drawn"};
  if (context.lesion_volume < model.minimum_volume) {
    return Obstacle{lesion_too_small, "volume " + text(context.lesion_volume) + " mm3, needs at least " +
                                          text(model.minimum_volume) + " mm3"};
  }
  if (context.lesion_slices < model.minimum_slices) {
    return Obstacle{lesion_too_small, std::to_string(context.lesion_slices) + " slices, needs at least " +
                                          std::to_string(model.minimum_slices)};
  }
  return std::nullopt;
}

/// Names, each once, in the order of the model's inputs.
class NameList {
 public:
  void add(const std::string& name, const std::string& note = {}) {
    if (std::ranges::find(names_, name) != names_.end()) return;
    names_.push_back(name);
    text_ += (text_.empty() ? "" : ", ") + name + (note.empty() ? "" : " (" + note + ")");
  }
  const std::string& text() const { return text_; }

 private:
  std::vector<std::string> names_;
  std::string text_;
};

double transformed(const ModelInput& input, double value) {
  switch (input.transform) {
    case Transform::none:
      break;
    case Transform::log:
      value = std::log(value);
      break;
    case Transform::log10:
      value = std::log10(value);
      break;
  }
  return input.power == 1 ? value : std::pow(value, input.power);
}

std::optional<double> in_unit_of(const ModelInput& input, double value, const std::string& unit) {
  return convert_unit(value, unit, input.unit);
}

std::optional<Obstacle> unusable_inputs(const RiskModel& model, const ModelContext& context) {
  NameList missing;
  NameList undefined;
  NameList wrong_unit;
  for (const ModelInput& input : model.inputs) {
    const auto reason = context.undefined.find(input.name);
    const auto supplied = context.values.find(input.name);
    if (reason != context.undefined.end()) {
      undefined.add(input.name, reason->second);
    } else if (supplied == context.values.end()) {
      missing.add(input.name);
    } else if (const auto value = in_unit_of(input, supplied->second.value, supplied->second.unit); !value) {
      wrong_unit.add(input.name, "in " + supplied->second.unit + ", needs " + input.unit);
    } else if (!std::isfinite(transformed(input, *value))) {
      undefined.add(input.name, "value out of range");
    }
  }
  if (!missing.text().empty()) return Obstacle{NotAssessedReason::missing_input, missing.text()};
  if (!undefined.text().empty()) return Obstacle{NotAssessedReason::undefined_input, undefined.text()};
  if (!wrong_unit.text().empty()) return Obstacle{NotAssessedReason::wrong_unit, wrong_unit.text()};
  return std::nullopt;
}

double term(const ModelInput& input, double value) {
  return input.coefficient * (transformed(input, value) - input.mean) / input.standard_deviation;
}

double input_value(const RiskModel& model, const Values& values, const std::string& name) {
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    if (model.inputs[i].name == name) return values[i];
  }
  throw std::logic_error("a condition of model " + model.name + " names no input of it: " + name);
}

bool holds(const RiskModel& model, const Values& values, const Condition& condition) {
  return condition.holds(input_value(model, values, condition.input));
}

/// What the i-th input adds to the sum that the predictor works on.
double contribution(const RiskModel& model, const Values& values, std::size_t i) {
  const ModelInput& input = model.inputs[i];
  switch (model.predictor) {
    case Predictor::linear:
    case Predictor::logistic:
      return term(input, values[i]);
    case Predictor::euclidean:
      return std::pow(term(input, values[i]), 2);
    case Predictor::points: {
      double points = 0;
      for (const PointRule& rule : model.rules) {
        if (rule.condition.input == input.name && rule.condition.holds(values[i])) points += rule.points;
      }
      return points;
    }
    case Predictor::criteria:
      return 0;
  }
  throw std::logic_error("unknown predictor");
}

double score_of(const RiskModel& model, const Values& values) {
  if (model.predictor == Predictor::criteria) {
    const auto fulfilled = [&](const Alternative& alternative) {
      return std::ranges::all_of(alternative.conditions,
                                 [&](const Condition& condition) { return holds(model, values, condition); });
    };
    return std::ranges::any_of(model.alternatives, fulfilled) ? 1 : 0;
  }
  double sum = 0;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) sum += contribution(model, values, i);
  if (model.predictor == Predictor::euclidean) return std::sqrt(sum);
  sum += model.intercept;
  return model.predictor == Predictor::logistic ? 1 / (1 + std::exp(-sum)) : sum;
}

std::vector<Contribution> contributions(const RiskModel& model, const ModelContext& context,
                                        const Values& values) {
  std::vector<Contribution> result;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const std::string& name = model.inputs[i].name;
    auto entry = std::ranges::find(result, name, &Contribution::input);
    if (entry == result.end()) {
      const InputValue& supplied = context.values.at(name);
      result.push_back({name, supplied.value, supplied.unit, 0});
      entry = std::prev(result.end());
    }
    entry->contribution += contribution(model, values, i);
  }
  std::ranges::stable_sort(result, std::greater<>{},
                           [](const Contribution& entry) { return std::abs(entry.contribution); });
  return result;
}

std::size_t category_of(const RiskModel& model, double score) {
  std::size_t i = 0;
  const auto above = [&](const ScoreCategory& category) {
    if (!category.upper) return false;
    return category.includes_upper ? score > *category.upper : score >= *category.upper;
  };
  while (i + 1 < model.categories.size() && above(model.categories[i])) ++i;
  return i;
}

/// The category on the other side of a cut-off that lies within tolerance of the score or of an input.
std::optional<std::size_t> other_category(const RiskModel& model, const ModelContext& context,
                                          const Values& values, double score) {
  const std::size_t own = category_of(model, score);
  for (std::size_t i = 0; i + 1 < model.categories.size(); ++i) {
    const bool near = std::abs(score - model.categories[i].upper.value_or(score)) <= model.cut_off_tolerance;
    if (near && model.cut_off_tolerance > 0) return i == own ? i + 1 : i;
  }
  for (const ModelInput& shifted : model.inputs) {
    const InputValue& supplied = context.values.at(shifted.name);
    const double reach = supplied.tolerance * (1 + 1e-9);  // Exactly at the tolerance is within it.
    for (const double shift : {reach, -reach}) {
      Values nearby = values;
      for (std::size_t i = 0; i < nearby.size(); ++i) {
        const ModelInput& input = model.inputs[i];
        if (input.name == shifted.name) nearby[i] = *in_unit_of(input, supplied.value + shift, supplied.unit);
      }
      const double nearby_score = score_of(model, nearby);
      if (!std::isfinite(nearby_score)) continue;
      if (const std::size_t other = category_of(model, nearby_score); other != own) return other;
    }
  }
  return std::nullopt;
}

ScoreCategory at_cut_off(const RiskModel& model, std::size_t own, std::size_t other) {
  const auto& [low, high] = std::minmax(own, other);
  ScoreCategory category;
  category.label = "at the cut-off";
  category.wording = "At the cut-off between \"" + model.categories[low].label + "\" and \"" +
                     model.categories[high].label + "\"";
  const bool graded =
      std::ranges::any_of(model.categories, [](const auto& each) { return !each.risk.empty(); });
  if (graded) category.risk = "uncertain";
  return category;
}

void categorise(const ModelContext& context, const Values& values, RiskAssessment& assessment) {
  const RiskModel& model = *assessment.model;
  if (model.categories.empty() || model.status == ModelStatus::demonstration) return;
  const std::size_t own = category_of(model, *assessment.score);
  const auto other = other_category(model, context, values, *assessment.score);
  assessment.at_cut_off = other.has_value();
  assessment.category = other ? at_cut_off(model, own, *other) : model.categories[own];
  if (!model.proviso.empty()) assessment.category->wording += "; " + model.proviso;
}

}  // namespace

RiskAssessment assess_risk(const RiskModel& model, const ModelContext& context) {
  if (model.status == ModelStatus::demonstration && model.predictor == Predictor::logistic) {
    throw std::logic_error("demonstration model " + model.name + " would give a probability");
  }
  RiskAssessment assessment;
  assessment.model = &model;
  assessment.segment_number = model.scope == ModelScope::patient ? 0 : context.segment_number;
  auto obstacle = unsuitable_images(model, context);
  if (!obstacle) obstacle = unusable_inputs(model, context);
  if (obstacle) {
    assessment.reason = obstacle->reason;
    assessment.detail = obstacle->detail;
    return assessment;
  }
  Values values;
  for (const ModelInput& input : model.inputs) {
    const InputValue& supplied = context.values.at(input.name);
    values.push_back(*in_unit_of(input, supplied.value, supplied.unit));
  }
  const double score = score_of(model, values);
  if (!std::isfinite(score)) {
    assessment.reason = NotAssessedReason::undefined_input;
    assessment.detail = "the score is out of range";
    return assessment;
  }
  assessment.score = score;
  if (model.predictor == Predictor::logistic) assessment.probability = score;
  assessment.contributions = contributions(model, context, values);
  categorise(context, values, assessment);
  return assessment;
}

}  // namespace glisson::engine
