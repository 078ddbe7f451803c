#pragma once

#include "config/settings.hpp"
#include "server/commands/commands.hpp"

namespace glisson::server {

/// The settings that a command works with: the file named by --config, else glisson.toml in the data folder
/// (--data, else the standard one) where it exists, else, without --data, /etc/glisson/glisson.toml where it
/// exists, else the standard values; --data and --port override them. The data folder is made absolute.
/// @throws RejectedInput invalid_settings for a bad file, invalid_argument for one that does not exist and
///         for a port that is none, not_permitted for a file named by --config that this user may not read.
config::Settings resolve(const SettingsOptions& options);

/// The same, for commands that ask a service: where this user may not read its settings, those that hold for
/// everybody else are not its own.
/// @throws RejectedInput also not_permitted.
config::Settings resolve_of_service(const SettingsOptions& options);

/// Settings for commands that look after a service whose settings file may be bad.
struct LenientSettings {
  config::Settings settings;
  std::string error;  ///< What is wrong with the file; the lines that are wrong are left out.
};
/// @throws RejectedInput not_permitted and invalid_argument, as resolve_of_service().
LenientSettings resolve_leniently(const SettingsOptions& options);

/// The settings file that resolve() reads; empty where there is none.
std::filesystem::path settings_file(const SettingsOptions& options);

}  // namespace glisson::server
