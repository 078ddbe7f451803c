#include <fmt/format.h>

#include <algorithm>

#include "engine/errors.hpp"
#include "server/audit/service_run.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/error_report.hpp"
#include "server/commands/settings_options.hpp"
#include "server/log.hpp"
#include "server/role_process.hpp"
#include "server/roles.hpp"
#include "server/supervisor.hpp"
#include "storage/other_version.hpp"

namespace glisson::server {
namespace {

int play(const ServeOptions& options, const config::Settings& settings) {
  const std::string& role = options.role;
  const auto predecessor = predecessor_from(options.predecessor);
  storage::wait_for_own_version();
  if (role == "association") return run_association_role(settings, control_descriptor);
  if (role == "tls") return run_tls_role(settings, control_descriptor);
  if (role == "analysis") return run_analysis_role(settings, control_descriptor, predecessor);
  if (role == "delivery") return run_delivery_role(settings, control_descriptor, predecessor);
  if (role == "upkeep") return run_upkeep_role(settings, control_descriptor);
  if (role == "web") return run_web_role(settings, control_descriptor);
  if (role == "database") run_database_role(settings);
  throw std::logic_error("no such role: " + role);
}

/// As they are when the service changes to its data folder.
SettingsOptions with_absolute_paths(SettingsOptions options) {
  if (!options.config.empty()) options.config = std::filesystem::absolute(options.config);
  if (!options.data.empty()) options.data = std::filesystem::absolute(options.data);
  return options;
}

int serve_all(const ServeOptions& options, const config::Settings& settings) {
  for (const std::string& role : options.roles) {
    if (std::find(all_roles().begin(), all_roles().end(), role) == all_roles().end()) {
      throw RejectedInput(
          RejectionReason::invalid_argument,
          fmt::format("there is no role '{}'; the roles are {}", role, fmt::join(all_roles(), ", ")));
    }
  }
  begin_service_run();
  const SettingsOptions from = with_absolute_paths(options.settings);
  // The children's settings come from the supervisor; the folder tells whose they are.
  return supervise(settings, options.roles, {"--data", settings.data.string()},
                   {settings_file(from), [from] { return resolve(from); }});
}

}  // namespace

int serve(const ServeOptions& options) {
  const bool child = !options.role.empty();
  const config::Settings settings = child ? inherited_settings() : resolve(options.settings);
  log::start(child ? options.role : "supervisor", settings.log_level, settings.log_format);
  return report_errors([&] { return child ? play(options, settings) : serve_all(options, settings); },
                       log::error);
}

}  // namespace glisson::server
