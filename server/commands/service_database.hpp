#pragma once

#include <string>

#include "config/settings.hpp"
#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "storage/database.hpp"

namespace glisson::server {

/// The service's database, for a command that looks into it.
/// @param command shown in pg_stat_activity, e.g. "peer".
/// @throws RejectedInput not_permitted where this user may not look, invalid_argument where there is no data
///         folder; TransientError that says how to start the service where it does not run.
storage::Database open_service_database(const SettingsOptions& options, const std::string& command);

/// Says so in the place of the error of a connection that was made otherwise, in whose handler it is called.
[[noreturn]] void explain_unreachable(const config::Settings& settings, const TransientError& error);

}  // namespace glisson::server
