#pragma once

namespace glisson::server {

/// Exit codes, the same for every command.
enum ExitCode : int {
  exit_success = 0,
  exit_failure = 1,         ///< A bug or an unexpected error.
  exit_usage = 2,           ///< The command line or the settings are wrong.
  exit_rejected_input = 3,  ///< The data are at fault; the message names the reason.
  exit_transient = 4,       ///< Circumstances are at fault (no service, no connection): try again.
  exit_not_found = 5,       ///< What was asked for does not exist.
};

}  // namespace glisson::server
