#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "engine/risk_model.hpp"

namespace glisson::config {

/// Parses a model package's manifest (TOML) and checks it: units, finite coefficients, ordered categories, a
/// citation for published models, no category and no probability for demonstrations.
/// @param source named in errors, e.g. the file's path.
/// @throws RejectedInput invalid_model, with source and line.
engine::RiskModel parse_model(std::string_view toml, std::string_view source);

/// The packages that ship with the binary and those in `folder` (may be absent), sorted by name.
/// @throws RejectedInput invalid_model.
std::vector<engine::RiskModel> load_models(const std::filesystem::path& folder);

}  // namespace glisson::config
