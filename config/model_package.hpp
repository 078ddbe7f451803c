#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "engine/risk/risk_model.hpp"

namespace glisson::config {

/// Parses a model package's manifest (TOML; docs/models.md) and checks it: known units, finite coefficients,
/// ordered categories, a citation for published models, no category and no probability for demonstrations.
/// @param source named in errors, e.g. the file's path.
/// @throws RejectedInput invalid_model, with source and line.
engine::RiskModel parse_model(std::string_view toml, std::string_view source);

/// Reads one package: its folder, which must bear the model's name, or its manifest.
/// @throws RejectedInput invalid_model.
engine::RiskModel load_model(const std::filesystem::path& package);

/// The packages that ship with the binary and those in the folders of `folder` (may be absent), sorted by
/// name.
/// @throws RejectedInput invalid_model; also when a package in `folder` bears a shipped name.
std::vector<engine::RiskModel> load_models(const std::filesystem::path& folder);

/// @throws RejectedInput unknown_model, naming those that exist; invalid_model.
engine::RiskModel find_model(std::string_view name, const std::filesystem::path& folder);

/// Checks that the extraction protocol which the model's features need is here, unchanged; otherwise the
/// model would never give a number. Models that read no features need none.
/// @throws RejectedInput invalid_model, saying what is different; unknown_protocol; invalid_protocol.
void check_protocol_of(const engine::RiskModel& model, const std::filesystem::path& protocol_folder);

}  // namespace glisson::config
