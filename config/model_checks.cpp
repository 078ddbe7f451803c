#include "config/model_checks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>

#include "engine/risk/unit_conversion.hpp"

namespace glisson::config {
namespace {

using engine::Condition;
using engine::ModelInput;
using engine::ModelScope;
using engine::ModelStatus;
using engine::Predictor;
using engine::RiskModel;
using engine::ScoreCategory;

/// A model under examination: refuses with the line of the key that is at fault.
struct Examination {
  const RiskModel& model;
  const TomlValue::Table& manifest;
  const TomlSource& source;

  int line(std::string_view key) const {
    const TomlValue* value = find(manifest, key);
    return value == nullptr ? 1 : value->line;
  }
  /// The line of the index-th table of an array of tables.
  int line(std::string_view key, std::size_t index) const {
    const TomlValue* value = find(manifest, key);
    const bool present = value != nullptr && value->array() != nullptr && index < value->array()->size();
    return present ? (*value->array())[index].line : line(key);
  }
  void require(bool condition, int at, const std::string& what) const {
    if (!condition) source.refuse(at, what);
  }
};

bool is_weighted(Predictor predictor) {
  return predictor == Predictor::linear || predictor == Predictor::logistic ||
         predictor == Predictor::euclidean;
}

/// PyRadiomics' form: image type, class, feature.
bool is_feature(const std::string& name) {
  static const std::regex form(
      "[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*_(shape|firstorder|glcm|glrlm|glszm|gldm|ngtdm)_\\w+");
  return std::regex_match(name, form);
}

void check_identity(const Examination& exam) {
  static const std::regex name_form("[a-z0-9]+(-[a-z0-9]+)*");
  static const std::regex version_form("[0-9]+\\.[0-9]+\\.[0-9]+");
  const RiskModel& model = exam.model;
  exam.require(std::regex_match(model.name, name_form), exam.line("name"),
               "name must be lower-case letters, digits and hyphens");
  exam.require(std::regex_match(model.version, version_form), exam.line("version"),
               "version must have the form 1.0.0");
  const bool known_modality =
      model.modality.empty() || model.modality == "CT" || model.modality == "MR" || model.modality == "PT";
  exam.require(known_modality, exam.line("modality"), "modality must be CT, MR or PT");
  exam.require(model.minimum_volume >= 0, exam.line("minimum_volume"), "minimum_volume must not be negative");
  exam.require(model.cut_off_tolerance >= 0, exam.line("cut_off_tolerance"),
               "cut_off_tolerance must not be negative");
  exam.require(engine::is_known_unit(model.score_unit), exam.line("score"),
               "the score's unit is no UCUM unit known here: " + model.score_unit);
}

void check_status(const Examination& exam) {
  const RiskModel& model = exam.model;
  if (model.status == ModelStatus::published) {
    exam.require(!model.citation.empty(), exam.line("status"), "a published model needs a citation");
  }
  if (model.status == ModelStatus::demonstration) {
    exam.require(model.categories.empty(), exam.line("categories"), "a demonstration has no categories");
    exam.require(model.predictor != Predictor::logistic && model.predictor != Predictor::criteria,
                 exam.line("predictor"), "a demonstration gives no probability and fulfils no criteria");
    exam.require(model.score_unit != "%", exam.line("score"), "a demonstration gives no percentage");
    exam.require(model.calibration.empty(), exam.line("calibration"), "a demonstration has no calibration");
    exam.require(!model.proviso.empty(), exam.line("status"),
                 "a demonstration needs a proviso that says where its coefficients come from");
  } else if (model.predictor == Predictor::logistic) {
    exam.require(!model.calibration.empty(), exam.line("predictor"),
                 "a model that gives a probability must state its calibration");
  }
}

void check_measure(const Examination& exam, const ModelInput& input, int line) {
  const auto& measures = engine::lesion_measures();
  const auto measure = std::ranges::find(measures, input.name, &engine::LesionMeasure::name);
  if (measure == measures.end()) return;
  exam.require(
      engine::convert_unit(1, measure->unit, input.unit).has_value(), line,
      input.name + " is supplied in " + std::string(measure->unit) + ", not convertible to " + input.unit);
  exam.require(exam.model.scope == ModelScope::lesion || measure->scope == ModelScope::patient, line,
               "a model of scope patient cannot read " + input.name + " of one lesion");
}

void check_input(const Examination& exam, std::size_t i) {
  const RiskModel& model = exam.model;
  const ModelInput& input = model.inputs[i];
  const int line = exam.line("inputs", i);
  exam.require(engine::is_known_unit(input.unit), line, "no UCUM unit known here: " + input.unit);
  exam.require(input.standard_deviation > 0, line, "standard_deviation must be greater than 0");
  check_measure(exam, input, line);
  exam.require(model.scope == ModelScope::lesion || !is_feature(input.name), line,
               "a model of scope patient cannot read " + input.name + " of one lesion");
  const TomlValue::Table& table = *(*find(exam.manifest, "inputs")->array())[i].table();
  if (is_weighted(model.predictor)) {
    exam.require(find(table, "coefficient") != nullptr, line, input.name + " lacks a coefficient");
  } else {
    for (const std::string_view key : {"coefficient", "mean", "standard_deviation", "transform", "power"}) {
      exam.require(find(table, key) == nullptr, line,
                   std::string(key) + " has no meaning in a model of " +
                       std::string(engine::keyword(model.predictor)));
    }
  }
  for (std::size_t j = 0; j < i; ++j) {
    const ModelInput& other = model.inputs[j];
    if (other.name != input.name) continue;
    const bool other_term = other.power != input.power || other.transform != input.transform;
    exam.require(other_term, line, input.name + " is listed twice");
    exam.require(other.unit == input.unit, line, input.name + " is listed with two units");
  }
}

void check_condition(const Examination& exam, const Condition& condition, int line) {
  const auto& inputs = exam.model.inputs;
  exam.require(std::ranges::find(inputs, condition.input, &ModelInput::name) != inputs.end(), line,
               "no input of this name: " + condition.input);
  if (!condition.lower || !condition.upper) return;
  const bool one_value =
      *condition.lower == *condition.upper && condition.includes_lower && condition.includes_upper;
  exam.require(*condition.lower < *condition.upper || one_value, line, "nothing lies between the bounds");
}

void check_formula(const Examination& exam) {
  const RiskModel& model = exam.model;
  exam.require(!model.inputs.empty(), exam.line("inputs"), "a model needs an input");
  for (std::size_t i = 0; i < model.inputs.size(); ++i) check_input(exam, i);
  exam.require(model.rules.empty() == (model.predictor != Predictor::points), exam.line("predictor"),
               "rules belong to a model of points, and it needs them");
  exam.require(model.alternatives.empty() == (model.predictor != Predictor::criteria), exam.line("predictor"),
               "alternatives belong to a model of criteria, and it needs them");
  const bool has_intercept = find(exam.manifest, "intercept") != nullptr;
  exam.require(
      !has_intercept || (model.predictor != Predictor::euclidean && model.predictor != Predictor::criteria),
      exam.line("intercept"), "this predictor has no intercept");
  std::vector<std::string> used;
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    check_condition(exam, model.rules[i].condition, exam.line("rules", i));
    used.push_back(model.rules[i].condition.input);
  }
  for (std::size_t i = 0; i < model.alternatives.size(); ++i) {
    for (const Condition& condition : model.alternatives[i].conditions) {
      check_condition(exam, condition, exam.line("alternatives", i));
      used.push_back(condition.input);
    }
  }
  for (std::size_t i = 0; i < model.inputs.size() && !is_weighted(model.predictor); ++i) {
    exam.require(std::ranges::find(used, model.inputs[i].name) != used.end(), exam.line("inputs", i),
                 "no condition uses " + model.inputs[i].name);
  }
}

void check_protocol(const Examination& exam) {
  static const std::regex digest_form("[0-9a-f]{64}");
  const RiskModel& model = exam.model;
  const auto feature = std::ranges::find_if(model.inputs, is_feature, &ModelInput::name);
  if (feature == model.inputs.end()) {
    exam.require(model.protocol.empty(), exam.line("protocol"), "a model without features needs no protocol");
    return;
  }
  exam.require(!model.protocol.empty(), exam.line("inputs"),
               "a model that reads features needs a [protocol]");
  exam.require(std::regex_match(model.protocol_digest, digest_form), exam.line("protocol"),
               "the protocol's digest must be 64 hexadecimal digits, lower-case");
}

void check_categories(const Examination& exam) {
  const auto& categories = exam.model.categories;
  static constexpr std::array risks{"", "high", "moderate", "low", "uncertain"};
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const int line = exam.line("categories", i);
    const bool last = i + 1 == categories.size();
    exam.require(categories[i].upper.has_value() != last, line,
                 last ? "the last category has no upper bound" : "every category but the last needs a bound");
    const bool ascending = i == 0 || last || *categories[i].upper > *categories[i - 1].upper;
    exam.require(ascending, line, "categories must be in ascending order");
    exam.require(std::ranges::find(risks, categories[i].risk) != risks.end(), line,
                 "risk must be high, moderate, low or uncertain");
    const auto same_label = [&](const ScoreCategory& other) { return other.label == categories[i].label; };
    exam.require(std::ranges::count_if(categories, same_label) == 1, line, "two categories have one label");
  }
  exam.require(categories.size() != 1, exam.line("categories"), "one category alone says nothing");
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What a report must never say, whatever the model (docs/intended_use.md).
void check_words(const Examination& exam, const std::string& text, int line) {
  static constexpr std::array forbidden{"no mvi",        "no microvascular invasion",
                                        "no recurrence", "benign",
                                        "excludes",      "excluded",
                                        "within milan",  "rules out",
                                        "ruled out"};
  static constexpr std::array bare{"low",          "medium",      "moderate",      "high",
                                   "low risk",     "medium risk", "moderate risk", "high risk",
                                   "intermediate", "positive",    "negative"};
  const std::string words = lower_case(text);
  for (const std::string_view phrase : forbidden) {
    exam.require(words.find(phrase) == std::string::npos, line,
                 "a report never says \"" + std::string(phrase) + "\"");
  }
  exam.require(
      std::ranges::find(bare, words) == bare.end(), line,
      "\"" + text + "\" alone says nothing; name the side of which cut-off, e.g. \"below the cut-off of 3\"");
}

void check_wording(const Examination& exam) {
  const RiskModel& model = exam.model;
  check_words(exam, model.title, exam.line("title"));
  check_words(exam, model.endpoint, exam.line("endpoint"));
  check_words(exam, model.proviso, exam.line("proviso"));
  check_words(exam, model.score_name, exam.line("score"));
  for (std::size_t i = 0; i < model.categories.size(); ++i) {
    check_words(exam, model.categories[i].label, exam.line("categories", i));
    check_words(exam, model.categories[i].wording, exam.line("categories", i));
  }
}

}  // namespace

void check_model(const RiskModel& model, const TomlValue& document, const TomlSource& source) {
  const Examination exam{model, source.table(document, "the manifest"), source};
  check_identity(exam);
  check_status(exam);
  check_formula(exam);
  check_protocol(exam);
  check_categories(exam);
  check_wording(exam);
}

}  // namespace glisson::config
