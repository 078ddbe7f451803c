#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/model_package.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/settings_options.hpp"

namespace glisson::server {
namespace {

using engine::Condition;
using engine::ModelInput;
using engine::RiskModel;
using Json = nlohmann::ordered_json;

/// The shortest text that reads back as the same number.
std::string text(double number) {
  std::string digits = Json(number).dump();
  if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits;
}

std::string words(std::string_view keyword) {
  std::string result(keyword);
  std::ranges::replace(result, '_', '-');
  return result;
}

Json to_json(const ModelInput& input, bool weighted) {
  Json json{{"name", input.name}, {"unit", input.unit}};
  if (!weighted) return json;
  json["transform"] = std::string(keyword(input.transform));
  json["power"] = input.power;
  json["mean"] = input.mean;
  json["standard_deviation"] = input.standard_deviation;
  json["coefficient"] = input.coefficient;
  return json;
}

Json to_json(const Condition& condition) {
  Json json{{"input", condition.input}};
  if (condition.lower) json[condition.includes_lower ? "at_least" : "above"] = *condition.lower;
  if (condition.upper) json[condition.includes_upper ? "at_most" : "below"] = *condition.upper;
  return json;
}

bool is_weighted(const RiskModel& model) { return model.rules.empty() && model.alternatives.empty(); }

Json summary(const RiskModel& model) {
  return {{"name", model.name},
          {"version", model.version},
          {"title", model.title},
          {"status", std::string(keyword(model.status))},
          {"scope", std::string(keyword(model.scope))},
          {"endpoint", model.endpoint},
          {"digest", model.digest}};
}

Json to_json(const RiskModel& model) {
  Json json = summary(model);
  json["population"] = model.population;
  for (const auto& [key, value] : {std::pair{"modality", &model.modality},
                                   {"phase", &model.phase},
                                   {"proviso", &model.proviso},
                                   {"calibration", &model.calibration},
                                   {"citation", &model.citation}}) {
    if (!value->empty()) json[key] = *value;
  }
  if (!model.protocol.empty()) {
    json["protocol"] = {
        {"name", model.protocol}, {"version", model.protocol_version}, {"digest", model.protocol_digest}};
  }
  json["predictor"] = std::string(keyword(model.predictor));
  json["intercept"] = model.intercept;
  json["minimum_volume"] = model.minimum_volume;
  json["minimum_slices"] = model.minimum_slices;
  json["cut_off_tolerance"] = model.cut_off_tolerance;
  json["score"] = {{"name", model.score_name}, {"unit", model.score_unit}};
  for (const char* key : {"inputs", "rules", "alternatives", "categories"}) json[key] = Json::array();
  for (const auto& input : model.inputs) json["inputs"].push_back(to_json(input, is_weighted(model)));
  for (const auto& rule : model.rules) {
    json["rules"].push_back({{"points", rule.points}, {"when", to_json(rule.condition)}});
  }
  for (const auto& alternative : model.alternatives) {
    Json conditions = Json::array();
    for (const auto& condition : alternative.conditions) conditions.push_back(to_json(condition));
    json["alternatives"].push_back({{"conditions", std::move(conditions)}});
  }
  for (const auto& category : model.categories) {
    Json entry{{"label", category.label}, {"wording", category.wording}, {"risk", category.risk}};
    if (category.upper) entry[category.includes_upper ? "up_to" : "below"] = *category.upper;
    json["categories"].push_back(std::move(entry));
  }
  return json;
}

/// The term of one input in the sum, e.g. "0.66 x log10(bilirubin in umol/L)".
std::string term(const ModelInput& input) {
  std::string value = input.name + (input.unit == "1" ? "" : " in " + input.unit);
  if (input.transform != engine::Transform::none)
    value = std::string(keyword(input.transform)) + "(" + value + ")";
  if (input.power != 1) value = "(" + value + ")^" + std::to_string(input.power);
  if (input.mean != 0) value = "(" + value + " - " + text(input.mean) + ")";
  if (input.standard_deviation != 1) value += " / " + text(input.standard_deviation);
  return text(input.coefficient) + " x " + value;
}

std::string in_words(const Condition& condition, const RiskModel& model) {
  const auto input = std::ranges::find(model.inputs, condition.input, &ModelInput::name);
  std::string words = condition.input;
  if (condition.lower) words += (condition.includes_lower ? " >= " : " > ") + text(*condition.lower);
  if (condition.lower && condition.upper) words += " and";
  if (condition.upper) words += (condition.includes_upper ? " <= " : " < ") + text(*condition.upper);
  return input->unit == "1" ? words : words + " " + input->unit;
}

std::vector<std::string> formula_lines(const RiskModel& model) {
  std::vector<std::string> lines;
  if (is_weighted(model)) {
    for (const auto& input : model.inputs) lines.push_back(term(input));
  }
  for (const auto& rule : model.rules) {
    lines.push_back(text(rule.points) + " points when " + in_words(rule.condition, model));
  }
  for (const auto& alternative : model.alternatives) {
    std::string line;
    for (const auto& condition : alternative.conditions) {
      line += (line.empty() ? "" : ", ") + in_words(condition, model);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string predictor_in_words(const RiskModel& model) {
  const std::string start = model.intercept == 0 ? "" : text(model.intercept) + " plus ";
  switch (model.predictor) {
    case engine::Predictor::linear:
      return start + "the sum of";
    case engine::Predictor::logistic:
      return "1 / (1 + exp(-x)), x being " + start + "the sum of";
    case engine::Predictor::euclidean:
      return "square root of the sum of the squares of";
    case engine::Predictor::points:
      return start + "the sum of";
    case engine::Predictor::criteria:
      return "1 when all of one of these lines holds, else 0";
  }
  return {};
}

void print_field(const std::string& name, const std::string& value) {
  if (!value.empty()) std::cout << std::left << std::setw(13) << name << value << '\n';
}

void print(const RiskModel& model) {
  std::cout << model.title << " (" << model.name << ' ' << model.version << ")\n";
  if (model.status == engine::ModelStatus::demonstration) {
    std::cout << "DEMONSTRATION: no category, no probability, no clinical meaning\n";
  }
  print_field("status", words(keyword(model.status)) + ", for each " + std::string(keyword(model.scope)));
  print_field("endpoint", model.endpoint);
  print_field("population", model.population);
  print_field("modality", model.modality);
  print_field("phase", model.phase);
  print_field("proviso", model.proviso);
  if (!model.protocol.empty()) print_field("protocol", model.protocol + " " + model.protocol_version);
  if (model.minimum_volume > 0) print_field("smallest", text(model.minimum_volume) + " mm3");
  if (model.minimum_slices > 0) print_field("smallest", std::to_string(model.minimum_slices) + " slices");
  print_field("score", model.score_name + (model.score_unit == "1" ? "" : " in " + model.score_unit) + " =");
  print_field("", predictor_in_words(model));
  for (const std::string& line : formula_lines(model)) print_field("", "  " + line);
  for (const auto& category : model.categories) print_field("category", category.label);
  print_field("calibration", model.calibration);
  print_field("citation", model.citation);
  print_field("digest", model.digest);
}

}  // namespace

int model_list(const ModelOptions& options) {
  const auto models = config::load_models(resolve(options.settings).model_folder());
  if (options.json) {
    Json list = Json::array();
    for (const RiskModel& model : models) list.push_back(summary(model));
    std::cout << list.dump(2) << '\n';
    return exit_success;
  }
  std::size_t width = 4;
  for (const RiskModel& model : models) width = std::max(width, model.name.size());
  const auto print_row = [&](const std::string& name, const std::string& version, const std::string& status,
                             const std::string& scope, const std::string& endpoint) {
    std::cout << std::left << std::setw(static_cast<int>(width + 2)) << name << std::setw(9) << version
              << std::setw(15) << status << std::setw(9) << scope << endpoint << '\n';
  };
  print_row("NAME", "VERSION", "STATUS", "SCOPE", "ENDPOINT");
  for (const RiskModel& model : models) {
    print_row(model.name, model.version, words(keyword(model.status)), std::string(keyword(model.scope)),
              model.endpoint);
  }
  return exit_success;
}

int model_show(const ModelOptions& options) {
  const RiskModel model = config::find_model(options.name, resolve(options.settings).model_folder());
  if (options.json) {
    std::cout << to_json(model).dump(2) << '\n';
  } else {
    print(model);
  }
  return exit_success;
}

int model_check(const ModelOptions& options) {
  const RiskModel model = config::load_model(options.package);
  config::check_protocol_of(model, resolve(options.settings).protocol_folder());
  if (options.json) {
    std::cout << Json{{"name", model.name},
                      {"version", model.version},
                      {"digest", model.digest},
                      {"valid", true}}
                     .dump(2)
              << '\n';
  } else {
    std::cout << model.name << ' ' << model.version << ": valid\n";
  }
  return exit_success;
}

}  // namespace glisson::server
