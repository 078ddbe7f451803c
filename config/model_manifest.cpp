#include "config/model_manifest.hpp"

#include <array>
#include <utility>

namespace glisson::config {
namespace {

using engine::Condition;
using engine::ModelInput;
using engine::ModelScope;
using engine::PointRule;
using engine::RiskModel;
using engine::ScoreCategory;
using engine::Transform;

/// A key of a manifest's table: how it is read into the model and what it means.
template <typename Target>
struct Field {
  std::string_view key;
  bool required;
  std::string_view meaning;
  void (*read)(Target&, const TomlValue&, const TomlSource&, std::string_view key);
};

template <typename Target>
using Fields = std::vector<Field<Target>>;

template <typename Target>
void read_fields(Target& target, const TomlValue& value, const TomlSource& source,
                 const Fields<Target>& fields, std::string_view where) {
  const TomlValue::Table& table = source.table(value, where);
  std::vector<std::string_view> known;
  for (const auto& field : fields) known.push_back(field.key);
  source.refuse_unknown_keys(table, known, "in " + std::string(where));
  for (const auto& field : fields) {
    if (const TomlValue* found = find(table, field.key)) {
      field.read(target, *found, source, field.key);
    } else if (field.required) {
      source.refuse(value.line, std::string(where) + " lacks " + std::string(field.key));
    }
  }
}

template <auto member, typename Target>
void text(Target& target, const TomlValue& value, const TomlSource& source, std::string_view key) {
  target.*member = source.text(value, key);
  if ((target.*member).empty()) source.refuse(value.line, std::string(key) + " must not be empty");
}

template <auto member, typename Target>
void number(Target& target, const TomlValue& value, const TomlSource& source, std::string_view key) {
  target.*member = source.number(value, key);
}

template <auto member, int lowest, int highest, typename Target>
void whole_number(Target& target, const TomlValue& value, const TomlSource& source, std::string_view key) {
  const std::int64_t whole = source.integer(value, key);
  if (whole < lowest || whole > highest) {
    source.refuse(value.line,
                  std::string(key) + " must be " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  target.*member = static_cast<int>(whole);
}

template <typename Enum, std::size_t count>
Enum one_of(const std::array<Enum, count>& choices, const TomlValue& value, const TomlSource& source,
            std::string_view key) {
  const std::string& word = source.text(value, key);
  std::string known;
  for (const Enum choice : choices) {
    if (engine::keyword(choice) == word) return choice;
    known += (known.empty() ? "" : ", ") + std::string(engine::keyword(choice));
  }
  source.refuse(value.line, std::string(key) + " must be one of " + known);
}

void status(RiskModel& model, const TomlValue& value, const TomlSource& source, std::string_view key) {
  using enum engine::ModelStatus;
  model.status = one_of(std::array{published, site_fitted, demonstration}, value, source, key);
}

void scope(RiskModel& model, const TomlValue& value, const TomlSource& source, std::string_view key) {
  model.scope = one_of(std::array{ModelScope::lesion, ModelScope::patient}, value, source, key);
}

void predictor(RiskModel& model, const TomlValue& value, const TomlSource& source, std::string_view key) {
  using enum engine::Predictor;
  model.predictor = one_of(std::array{linear, logistic, euclidean, points, criteria}, value, source, key);
}

void transform(ModelInput& input, const TomlValue& value, const TomlSource& source, std::string_view key) {
  input.transform = one_of(std::array{Transform::none, Transform::log, Transform::log10}, value, source, key);
}

template <bool upper, bool inclusive>
void bound(Condition& condition, const TomlValue& value, const TomlSource& source, std::string_view key) {
  auto& limit = upper ? condition.upper : condition.lower;
  if (limit) source.refuse(value.line, "one bound on each side: " + std::string(key) + " is a second one");
  limit = source.number(value, key);
  (upper ? condition.includes_upper : condition.includes_lower) = inclusive;
}

template <bool inclusive>
void category_bound(ScoreCategory& category, const TomlValue& value, const TomlSource& source,
                    std::string_view key) {
  if (category.upper) source.refuse(value.line, "a category has either below or up_to");
  category.upper = source.number(value, key);
  category.includes_upper = inclusive;
}

const Fields<ModelInput>& input_fields() {
  static const Fields<ModelInput> fields{
      {"name", true, "A feature, a measure of the drawn lesions, or a clinical value.",
       text<&ModelInput::name>},
      {"unit", true, "UCUM unit that the formula takes; values supplied in another unit are converted.",
       text<&ModelInput::unit>},
      {"transform", false, "`none` (standard), `log` or `log10`, before power and normalisation.", transform},
      {"power", false, "1 (standard) to 4, after the transform.", whole_number<&ModelInput::power, 1, 4>},
      {"mean", false, "Normalisation: subtracted (standard 0).", number<&ModelInput::mean>},
      {"standard_deviation", false, "Normalisation: divided by (standard 1).",
       number<&ModelInput::standard_deviation>},
      {"coefficient", false, "Weight; required by linear, logistic and euclidean models.",
       number<&ModelInput::coefficient>},
  };
  return fields;
}

const Fields<Condition>& condition_fields() {
  static const Fields<Condition> fields{
      {"input", true, "Name of an input of the model; bounds are in its unit.", text<&Condition::input>},
      {"above", false, "Holds when the value is greater.", bound<false, false>},
      {"at_least", false, "Holds when the value is greater or equal.", bound<false, true>},
      {"below", false, "Holds when the value is less.", bound<true, false>},
      {"at_most", false, "Holds when the value is less or equal.", bound<true, true>},
  };
  return fields;
}

Condition read_condition(const TomlValue& value, const TomlSource& source, std::string_view where) {
  Condition condition;
  read_fields(condition, value, source, condition_fields(), where);
  if (!condition.lower && !condition.upper) {
    source.refuse(value.line, std::string(where) + " lacks a bound: above, at_least, below or at_most");
  }
  return condition;
}

void rule_condition(PointRule& rule, const TomlValue& value, const TomlSource& source, std::string_view key) {
  rule.condition = read_condition(value, source, key);
}

void alternative_conditions(engine::Alternative& alternative, const TomlValue& value,
                            const TomlSource& source, std::string_view key) {
  for (const TomlValue& each : source.array(value, key)) {
    alternative.conditions.push_back(read_condition(each, source, "a condition"));
  }
  if (alternative.conditions.empty()) source.refuse(value.line, "an alternative needs a condition");
}

const Fields<PointRule>& rule_fields() {
  static const Fields<PointRule> fields{
      {"points", true, "Added when the condition holds.", number<&PointRule::points>},
      {"when", true, "The condition, an inline table.", rule_condition},
  };
  return fields;
}

const Fields<engine::Alternative>& alternative_fields() {
  static const Fields<engine::Alternative> fields{
      {"conditions", true, "Array of conditions; the alternative is fulfilled when all of them hold.",
       alternative_conditions},
  };
  return fields;
}

const Fields<ScoreCategory>& category_fields() {
  static const Fields<ScoreCategory> fields{
      {"label", true, "Names the side of the cut-off; never a bare \"low\" or \"high\".",
       text<&ScoreCategory::label>},
      {"wording", true, "Sentence for the report; the proviso is added to it.",
       text<&ScoreCategory::wording>},
      {"risk", false, "`high`, `moderate`, `low` or `uncertain` (CID 3118), where the source grades risk.",
       text<&ScoreCategory::risk>},
      {"below", false, "Scores below this bound (and above the category before) fall into the category.",
       category_bound<false>},
      {"up_to", false, "The same, the bound included. The last category has neither.", category_bound<true>},
  };
  return fields;
}

const Fields<RiskModel>& protocol_fields() {
  static const Fields<RiskModel> fields{
      {"name", true, "Extraction protocol by which the features must have been computed.",
       text<&RiskModel::protocol>},
      {"version", true, "Its version.", text<&RiskModel::protocol_version>},
      {"digest", true, "SHA-256 of its file, lower-case hex; another one gives no score.",
       text<&RiskModel::protocol_digest>},
  };
  return fields;
}

const Fields<RiskModel>& score_fields() {
  static const Fields<RiskModel> fields{
      {"name", true, "Name of the number in the report.", text<&RiskModel::score_name>},
      {"unit", true, "UCUM.", text<&RiskModel::score_unit>},
  };
  return fields;
}

void protocol(RiskModel& model, const TomlValue& value, const TomlSource& source, std::string_view) {
  read_fields(model, value, source, protocol_fields(), "[protocol]");
}

void score(RiskModel& model, const TomlValue& value, const TomlSource& source, std::string_view) {
  read_fields(model, value, source, score_fields(), "[score]");
}

/// An array of tables, e.g. [[inputs]].
template <auto member, auto fields, typename Target>
void list(Target& target, const TomlValue& value, const TomlSource& source, std::string_view key) {
  for (const TomlValue& each : source.array(value, key)) {
    read_fields((target.*member).emplace_back(), each, source, fields(), "[[" + std::string(key) + "]]");
  }
}

const Fields<RiskModel>& model_fields() {
  static const Fields<RiskModel> fields{
      {"name", true, "Name of the package, as its folder: lower-case letters, digits and hyphens.",
       text<&RiskModel::name>},
      {"version", true, "Version of the package, e.g. `1.0.0`.", text<&RiskModel::version>},
      {"title", true, "Name for people.", text<&RiskModel::title>},
      {"status", true,
       "`published` (formula, units and cut-offs stand in the citation), `site_fitted` (a hospital's own), "
       "or "
       "`demonstration` (from no patients: no category, no probability).",
       status},
      {"scope", true, "`lesion`: once for each lesion; `patient`: once.", scope},
      {"endpoint", true, "What is predicted.", text<&RiskModel::endpoint>},
      {"population", true, "For whom; stands beside the number in the report.", text<&RiskModel::population>},
      {"modality", false, "`CT`, `MR` or `PT`; any where absent.", text<&RiskModel::modality>},
      {"phase", false, "Contrast phase; any where absent.", text<&RiskModel::phase>},
      {"proviso", false, "What every number is subject to; ends the wording of every category.",
       text<&RiskModel::proviso>},
      {"calibration", false, "What is known of calibration and outcome; required by logistic models.",
       text<&RiskModel::calibration>},
      {"citation", false, "Source, with its DOI; required where published.", text<&RiskModel::citation>},
      {"predictor", true,
       "`linear`: intercept + sum of coefficient x normalised input; `logistic`: the same through "
       "1 / (1 + exp(-x)); `euclidean`: square root of the sum of squares of coefficient x normalised input; "
       "`points`: intercept + sum of the rules that hold; `criteria`: 1 when an alternative is fulfilled, "
       "else 0.",
       predictor},
      {"intercept", false, "Standard 0.", number<&RiskModel::intercept>},
      {"minimum_volume", false, "mm3; smaller lesions get no score (standard 0).",
       number<&RiskModel::minimum_volume>},
      {"minimum_slices", false, "Lesions with fewer slices get no score (standard 0).",
       whole_number<&RiskModel::minimum_slices, 0, 1000>},
      {"cut_off_tolerance", false,
       "Within this of a cut-off the score is at the cut-off (standard 0), beside the tolerance of the "
       "inputs.",
       number<&RiskModel::cut_off_tolerance>},
      {"protocol", false, "Table; required by models that read features.", protocol},
      {"score", true, "Table.", score},
      {"inputs", true, "Array of tables.", list<&RiskModel::inputs, input_fields>},
      {"rules", false, "Array of tables; of points models.", list<&RiskModel::rules, rule_fields>},
      {"alternatives", false, "Array of tables; of criteria models.",
       list<&RiskModel::alternatives, alternative_fields>},
      {"categories", false, "Array of tables, ascending; never of a demonstration.",
       list<&RiskModel::categories, category_fields>},
  };
  return fields;
}

template <typename Target>
std::string reference_of(std::string_view title, const Fields<Target>& fields) {
  std::string text = "### " + std::string(title) + "\n\n| key | required | meaning |\n|---|---|---|\n";
  for (const auto& field : fields) {
    text += "| `" + std::string(field.key) + "` | " + (field.required ? "yes" : "no") + " | " +
            std::string(field.meaning) + " |\n";
  }
  return text + "\n";
}

}  // namespace

RiskModel read_manifest(const TomlValue& document, const TomlSource& source) {
  RiskModel model;
  read_fields(model, document, source, model_fields(), "the manifest");
  return model;
}

std::string manifest_reference() {
  std::string measures =
      "### Measures of the drawn lesions\n\n| name | unit | of | meaning |\n|---|---|---|---|\n";
  for (const auto& measure : engine::lesion_measures()) {
    measures += "| `" + std::string(measure.name) + "` | " + std::string(measure.unit) + " | " +
                std::string(engine::keyword(measure.scope)) + " | " + std::string(measure.meaning) + " |\n";
  }
  return reference_of("Top level", model_fields()) + reference_of("`[protocol]`", protocol_fields()) +
         reference_of("`[score]`", score_fields()) + reference_of("`[[inputs]]`", input_fields()) +
         reference_of("`[[rules]]`", rule_fields()) +
         reference_of("`[[alternatives]]`", alternative_fields()) +
         reference_of("Conditions (`when`, `conditions`)", condition_fields()) +
         reference_of("`[[categories]]`", category_fields()) + measures;
}

}  // namespace glisson::config
