#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace glisson::server {

struct SettingsOptions;

/// Adds --config and --data.
void add_settings_options(CLI::App& command, SettingsOptions& settings);

/// The option takes one of these words only; help, manual and completion show them.
CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words);

/// Adds the commands that run the service or look into its database: serve, peer, job, explain, db.
/// @param exit_code set by the command that runs.
void add_service_commands(CLI::App& app, int& exit_code);

}  // namespace glisson::server
