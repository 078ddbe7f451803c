#include "server/commands/service_database.hpp"

#include <fmt/format.h>

#include "engine/errors.hpp"
#include "server/commands/settings_options.hpp"
#include "server/roles.hpp"

namespace glisson::server {

storage::Database open_service_database(const SettingsOptions& options, const std::string& command) {
  const auto settings = resolve(options);
  try {
    return {database_url(settings), "glisson " + command};
  } catch (const TransientError& error) {
    if (!settings.database_url.empty()) throw;
    throw TransientError(
        fmt::format("the service's private database does not answer; is the service running? "
                    "Start it with: glisson serve --data {} ({})",
                    settings.data.string(), error.what()));
  }
}

}  // namespace glisson::server
