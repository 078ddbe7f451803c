#include "config/model_package.hpp"

#include <algorithm>
#include <span>

#include "config/model_checks.hpp"
#include "config/model_manifest.hpp"
#include "config/protocol_file.hpp"
#include "engine/digest.hpp"
#include "engine/embedded_file.hpp"

namespace glisson {
std::span<const EmbeddedFile> shipped_models();  // Generated from config/models.
}

namespace glisson::config {
namespace {

using engine::RiskModel;

constexpr std::string_view manifest_name = "model.toml";

/// A manifest stands in the folder of its model's name, so that a package is found by what reports call it.
RiskModel parse_in_folder(std::string_view toml, std::string_view source, const std::string& folder) {
  RiskModel model = parse_model(toml, source);
  if (model.name != folder) {
    throw RejectedInput(RejectionReason::invalid_model, std::string(source) + ": the model \"" + model.name +
                                                            "\" must stand in a folder of that name");
  }
  return model;
}

void add_unique(std::vector<RiskModel>& models, RiskModel model, std::string_view source) {
  if (std::ranges::find(models, model.name, &RiskModel::name) != models.end()) {
    throw RejectedInput(RejectionReason::invalid_model,
                        std::string(source) + ": a model that ships bears this name already");
  }
  models.push_back(std::move(model));
}

}  // namespace

RiskModel parse_model(std::string_view toml, std::string_view source_name) {
  const TomlSource source{std::string(source_name), RejectionReason::invalid_model};
  const TomlValue document = parse_toml(toml, source);
  RiskModel model = read_manifest(document, source);
  check_model(model, document, source);
  model.digest = to_hex(sha256(toml));
  return model;
}

RiskModel load_model(const std::filesystem::path& package) {
  const bool is_folder = std::filesystem::is_directory(package);
  const std::filesystem::path file = is_folder ? package / manifest_name : package;
  const std::string toml = read_text(file, RejectionReason::invalid_model);
  if (!is_folder) return parse_model(toml, file.string());
  return parse_in_folder(toml, file.string(), std::filesystem::canonical(package).filename().string());
}

std::vector<RiskModel> load_models(const std::filesystem::path& folder) {
  std::vector<RiskModel> models;
  for (const EmbeddedFile& file : shipped_models()) {
    const std::filesystem::path path(file.path);
    if (path.filename() != manifest_name) continue;
    add_unique(models, parse_in_folder(file.content, file.path, path.parent_path().string()), file.path);
  }
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.is_directory()) add_unique(models, load_model(entry.path()), entry.path().string());
    }
  }
  std::ranges::sort(models, {}, &RiskModel::name);
  return models;
}

RiskModel find_model(std::string_view name, const std::filesystem::path& folder) {
  std::string known;
  for (RiskModel& model : load_models(folder)) {
    if (model.name == name) return std::move(model);
    known += (known.empty() ? "" : ", ") + model.name;
  }
  throw RejectedInput(RejectionReason::unknown_model,
                      "no model is named \"" + std::string(name) + "\"; there are " + known);
}

void check_protocol_of(const RiskModel& model, const std::filesystem::path& protocol_folder) {
  if (model.protocol.empty()) return;
  const auto protocol = find_protocol(model.protocol, protocol_folder);
  if (protocol.version == model.protocol_version && protocol.digest == model.protocol_digest) return;
  throw RejectedInput(RejectionReason::invalid_model, model.name + " needs " + model.protocol + " " +
                                                          model.protocol_version + " with digest " +
                                                          model.protocol_digest + "; here is " +
                                                          protocol.version + " with " + protocol.digest);
}

}  // namespace glisson::config
