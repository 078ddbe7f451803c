#pragma once

#include <string>

#include "server/commands/commands.hpp"
#include "storage/database.hpp"

namespace glisson::server {

/// The service's database, for a command that looks into it.
/// @param command shown in pg_stat_activity, e.g. "peer".
/// @throws TransientError that says how to start the service where its private database does not run.
storage::Database open_service_database(const SettingsOptions& options, const std::string& command);

}  // namespace glisson::server
