#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace glisson::server {

/// The roles that `glisson serve --roles` takes, in the order in which they are started.
const std::vector<std::string>& all_roles();

/// Where the settings of `glisson serve` come from; read again at SIGHUP.
struct SettingsSource {
  std::filesystem::path file;  ///< The service user must be able to read it. Empty: there is none.
  std::function<config::Settings()> read;  ///< As at the start; throws RejectedInput.
};

/// Runs the service until SIGTERM or SIGINT: accepts connections, hands each whole A-ASSOCIATE-RQ to an
/// association process, starts the other roles and starts again what dies. Parses no DICOM and opens no
/// database.
/// @param settings resolved settings; as root, the data folder is given to the service user and root's rights
/// are
///        dropped once the port is bound.
/// @param roles some of all_roles(); "database" is skipped where a database URL is set.
/// @param arguments of this command line, passed on to the role processes.
/// @param source of the settings. SIGHUP reads them again: good ones hold for new associations and new
/// processes,
///        those in hand are finished under the old; bad ones change nothing but the log, the status and an
///        alert.
/// @return exit code.
/// @throws RejectedInput unsuitable_host when the data folder cannot be used or the service user does not
/// exist,
///         invalid_settings when the port is taken, already_running when another `glisson serve` runs on the
///         data folder.
int supervise(const config::Settings& settings, const std::vector<std::string>& roles,
              const std::vector<std::string>& arguments, const SettingsSource& source);

}  // namespace glisson::server
