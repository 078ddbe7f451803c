#pragma once

#include <array>
#include <utility>

namespace glisson::server {

/// Exit codes, the same for every command.
enum ExitCode : int {
  exit_success = 0,
  exit_failure = 1,
  exit_usage = 2,
  exit_rejected_input = 3,
  exit_transient = 4,
  exit_not_found = 5,
  exit_not_permitted = 6,
};

/// What each means, for the help and the manual.
inline constexpr std::array exit_code_meanings{
    std::pair{exit_success, "Done"},
    std::pair{exit_failure, "Unexpected error: a bug"},
    std::pair{exit_usage, "The command line, the settings or this host are wrong"},
    std::pair{exit_rejected_input, "The data are at fault; the message names the reason"},
    std::pair{exit_transient, "Circumstances are at fault (no service, no connection): try again"},
    std::pair{exit_not_found, "What was asked for does not exist"},
    std::pair{exit_not_permitted, "This user may not look, so nothing is known: use sudo"},
};

}  // namespace glisson::server
