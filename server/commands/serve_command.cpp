#include <fmt/format.h>

#include <algorithm>

#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/settings_options.hpp"
#include "server/log.hpp"
#include "server/role_process.hpp"
#include "server/roles.hpp"
#include "server/supervisor.hpp"

namespace glisson::server {
namespace {

int play(const ServeOptions& options, const config::Settings& settings) {
  const std::string& role = options.role;
  const auto predecessor = predecessor_from(options.predecessor);
  if (role == "association") return run_association_role(settings, control_descriptor);
  if (role == "tls") return run_tls_role(settings, control_descriptor);
  if (role == "analysis") return run_analysis_role(settings, control_descriptor, predecessor);
  if (role == "delivery") return run_delivery_role(settings, control_descriptor, predecessor);
  if (role == "upkeep") return run_upkeep_role(settings, control_descriptor);
  if (role == "web") return run_web_role(settings, control_descriptor);
  if (role == "database") run_database_role(settings);
  throw std::logic_error("no such role: " + role);
}

/// The command line of the children: what the supervisor was given, with paths made absolute.
std::vector<std::string> child_arguments(const ServeOptions& options) {
  std::vector<std::string> arguments;
  const auto& settings = options.settings;
  if (!settings.config.empty()) {
    arguments.insert(arguments.end(), {"--config", std::filesystem::absolute(settings.config).string()});
  }
  if (!settings.data.empty()) {
    arguments.insert(arguments.end(), {"--data", std::filesystem::absolute(settings.data).string()});
  }
  if (settings.port) arguments.insert(arguments.end(), {"--port", std::to_string(*settings.port)});
  return arguments;
}

}  // namespace

int serve(const ServeOptions& options) {
  const config::Settings settings = resolve(options.settings);
  log::start(options.role.empty() ? "supervisor" : options.role, settings.log_level);
  if (!options.role.empty()) return play(options, settings);
  for (const std::string& role : options.roles) {
    if (std::find(all_roles().begin(), all_roles().end(), role) == all_roles().end()) {
      throw RejectedInput(
          RejectionReason::invalid_settings,
          fmt::format("there is no role '{}'; the roles are {}", role, fmt::join(all_roles(), ", ")));
    }
  }
  const auto file = settings_file(options.settings);
  return supervise(settings, options.roles, child_arguments(options),
                   file.empty() ? file : std::filesystem::absolute(file));
}

}  // namespace glisson::server
