#pragma once

#include "config/settings.hpp"
#include "server/commands/commands.hpp"

namespace glisson::server {

/// The settings that a command works with: the file named by --config, else glisson.toml in the data folder
/// (--data, else the standard one) where it exists, else, without --data, /etc/glisson/glisson.toml where it
/// exists, else the standard values; --data and --port override them. The data folder is made absolute.
/// @throws RejectedInput invalid_settings.
config::Settings resolve(const SettingsOptions& options);

/// Settings for commands that look after a service whose settings file may be bad.
struct LenientSettings {
  config::Settings settings;
  std::string error;  ///< Why the file cannot be used; then the standard values hold, and --data.
};
LenientSettings resolve_leniently(const SettingsOptions& options);

/// The settings file that resolve() reads; empty where there is none.
std::filesystem::path settings_file(const SettingsOptions& options);

}  // namespace glisson::server
