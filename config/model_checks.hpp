#pragma once

#include "config/toml_document.hpp"
#include "engine/risk/risk_model.hpp"

namespace glisson::config {

/// Checks that the parts of a model fit each other: known units, inputs that the formula uses, ordered
/// categories, a citation where published, nothing that a demonstration must not give, nothing that a report
/// must not say.
/// @param document the manifest that the model was read from, for the lines of faults.
/// @throws RejectedInput of the source's reason, with source and line.
void check_model(const engine::RiskModel& model, const TomlValue& document, const TomlSource& source);

}  // namespace glisson::config
