#pragma once

#include <functional>

namespace glisson::server {

/// Runs a command and turns what it throws into one line on stderr, "glisson: <reason>: <detail> <remedy>",
/// and an exit code (server/commands/exit_code.hpp). The one place for that, whatever the command.
/// @return the command's own exit code where it throws nothing.
int report_errors(const std::function<int()>& command);

}  // namespace glisson::server
