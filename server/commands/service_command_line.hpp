#pragma once

namespace CLI {
class App;
}

namespace glisson::server {

struct SettingsOptions;

/// Adds --config and --data.
void add_settings_options(CLI::App& command, SettingsOptions& settings);

/// Adds the commands that run the service or look into its database: serve, peer, job, explain, db.
/// @param exit_code set by the command that runs.
void add_service_commands(CLI::App& app, int& exit_code);

}  // namespace glisson::server
