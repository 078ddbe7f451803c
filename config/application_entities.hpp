#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "config/toml_document.hpp"

// Internal to config/: the setting `receive.application_entities`.

namespace glisson::config {

/// PS3.5 table 6.2-1, AE: up to 16 characters of the default repertoire, no backslash, not only spaces.
bool is_ae_title(const std::string& title);
/// The name of an extraction protocol, as its file is named.
bool is_protocol_name(const std::string& name);

/// Reads an array of tables. What a table leaves out is as for the node's first title.
/// @param first what the simple keys of the whole file make of the first title.
/// @throws RejectedInput invalid_settings, with source and line.
std::vector<ApplicationEntity> read_application_entities(const ApplicationEntity& first,
                                                         const TomlValue& value, const TomlSource& source);

/// As TOML text that reads back to the same.
std::string show_application_entities(const std::vector<ApplicationEntity>& entities);

}  // namespace glisson::config
