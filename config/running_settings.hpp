#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace glisson::config {

/// Every setting as a settings file that parse_settings() reads to the same settings. Passwords stand in it.
std::string settings_text(const Settings& settings);

/// Keys of the settings that differ, in the order of the configuration reference.
std::vector<std::string> differing_settings(const Settings& first, const Settings& second);

/// Whether a setting holds from the start of the service to its end: what is bound, claimed or connected
/// then.
bool needs_restart(const std::string& key);

/// Settings that a running service can take.
struct ReloadedSettings {
  Settings settings;                 ///< As wanted, but for what needs a restart.
  std::vector<std::string> changed;  ///< Keys in which they differ from those that run.
  std::vector<std::string> waiting;  ///< Keys that stay as they run until the restart.
};

/// What becomes of the running settings when others are wanted.
/// @throws RejectedInput invalid_settings where the wanted contradict those that stay until a restart.
ReloadedSettings reload_settings(const Settings& running, const Settings& wanted);

}  // namespace glisson::config
