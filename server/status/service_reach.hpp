#pragma once

#include <string>

#include "config/settings.hpp"

namespace glisson::server {

/// Why a command cannot ask the service of its settings.
enum class Obstacle {
  not_permitted,         ///< This user may not look: nothing is known of the service.
  no_data_folder,        ///< There is none: the service never ran with these settings, or they are wrong.
  service_does_not_run,  ///< Nobody holds the data folder.
  database_does_not_answer,
};

/// The keyword, as a reason why a node is not ready.
std::string_view keyword(Obstacle obstacle) noexcept;

/// The obstacle in words.
struct Unreachable {
  Obstacle obstacle;
  std::string sentence;  ///< Without its full stop; the system's own words are whole.
  std::string command;   ///< What to do first.
};

/// @param error what the attempt to connect to the private database said.
Unreachable explain_silence(const config::Settings& settings, const std::string& error);

/// How to start the service of these settings: by systemd where it is the unit's, as on a host on which the
/// package is installed.
std::string start_command(const config::Settings& settings);

/// Where it says what happens to it: its journal, or for a private database its log.
std::string log_command(const config::Settings& settings);

/// Why this user may not enter the folder; empty where nothing forbids it, also where there is none.
std::string forbidden(const std::filesystem::path& folder);

}  // namespace glisson::server
