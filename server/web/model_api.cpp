#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "config/model_package.hpp"
#include "engine/risk/risk_model.hpp"
#include "server/web/api.hpp"
#include "storage/figures.hpp"

namespace glisson::server {
namespace {

using engine::NotAssessedReason;
using nlohmann::json;

/// Where an input comes from, in words.
std::string source_of(const std::string& input) {
  const auto& measures = engine::lesion_measures();
  if (std::ranges::find(measures, input, &engine::LesionMeasure::name) != measures.end()) {
    return "measure of the drawn lesions";
  }
  // Features are named image type, class and feature; clinical values have one word.
  return std::ranges::count(input, '_') >= 2 ? "feature of the images" : "clinical value";
}

/// Whether the list "a, b (why)" names this input.
bool names(const std::string& list, const std::string& input) {
  for (std::size_t at = list.find(input); at != std::string::npos; at = list.find(input, at + 1)) {
    const bool begins = at == 0 || list.compare(at - 1, 1, " ") == 0;
    const std::size_t end = at + input.size();
    if (begins && (end == list.size() || list[end] == ',' || list[end] == ' ')) return true;
  }
  return false;
}

bool is_about_inputs(const std::string& reason) {
  return reason == keyword(NotAssessedReason::missing_input) ||
         reason == keyword(NotAssessedReason::undefined_input) ||
         reason == keyword(NotAssessedReason::wrong_unit);
}

json needs_of(const engine::RiskModel& model, const std::vector<storage::AssessmentCount>& counts) {
  auto needs = json::array();
  std::vector<std::string> seen;
  for (const auto& input : model.inputs) {
    if (std::ranges::find(seen, input.name) != seen.end()) continue;
    seen.push_back(input.name);
    std::uint64_t had = 0;
    std::uint64_t missing = 0;
    for (const auto& count : counts) {
      if (count.model != model.name) continue;
      if (count.reason.empty() || (is_about_inputs(count.reason) && !names(count.detail, input.name))) {
        had += count.times;
      } else if (is_about_inputs(count.reason)) {
        missing += count.times;
      }
    }
    needs.push_back(
        {{"input", input.name}, {"source", source_of(input.name)}, {"had", had}, {"missing", missing}});
  }
  return needs;
}

Response show_models(Call& call) {
  const auto counts = storage::assessment_counts(call.database);
  auto models = json::array();
  for (const auto& model : config::load_models(call.state.settings.model_folder())) {
    std::uint64_t assessed = 0;
    std::uint64_t could_not = 0;
    for (const auto& count : counts) {
      if (count.model == model.name) (count.reason.empty() ? assessed : could_not) += count.times;
    }
    models.push_back({{"name", model.name},
                      {"version", model.version},
                      {"title", model.title},
                      {"status", engine::keyword(model.status)},
                      {"endpoint", model.endpoint},
                      {"needs", needs_of(model, counts)},
                      {"assessed", assessed},
                      {"could_not", could_not}});
  }
  return json_response({{"models", std::move(models)}});
}

}  // namespace

std::vector<Route> model_routes() { return {{"GET", "/api/models", Access::viewer, show_models}}; }

}  // namespace glisson::server
