#include "server/commands/service_database.hpp"

#include <fmt/format.h>

#include "server/commands/settings_options.hpp"
#include "server/roles.hpp"
#include "server/status/service_reach.hpp"

namespace glisson::server {

void explain_unreachable(const config::Settings& settings, const TransientError& error) {
  if (!settings.database_url.empty()) throw;
  const Unreachable unreachable = explain_silence(settings, error.what());
  switch (unreachable.obstacle) {
    case Obstacle::not_permitted:
      throw RejectedInput(RejectionReason::not_permitted, unreachable.sentence);
    case Obstacle::no_data_folder:
      throw RejectedInput(RejectionReason::invalid_argument, unreachable.sentence);
    default:
      throw TransientError(fmt::format("{}. Next: {}", unreachable.sentence, unreachable.command));
  }
}

storage::Database open_service_database(const SettingsOptions& options, const std::string& command) {
  const auto settings = resolve_of_service(options);
  try {
    return {database_url(settings), "glisson " + command};
  } catch (const TransientError& error) {
    explain_unreachable(settings, error);
  }
}

}  // namespace glisson::server
