#pragma once

#include <string>

#include "config/toml_document.hpp"
#include "engine/risk/risk_model.hpp"

namespace glisson::config {

/// Reads a manifest by the tables that also document it: types, required and unknown keys, enumerated values.
/// Whether the parts fit each other is for check_model() to say.
/// @throws RejectedInput of the source's reason, with source and line.
engine::RiskModel read_manifest(const TomlValue& document, const TomlSource& source);

/// The part of docs/models.md that describes every key of a manifest, as Markdown tables.
std::string manifest_reference();

}  // namespace glisson::config
