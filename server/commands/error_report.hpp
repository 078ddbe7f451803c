#pragma once

#include <functional>
#include <string>

namespace glisson::server {

/// Prints "glisson: <text>" on stderr.
void say_to_user(const std::string& text);

/// Runs a command and turns what it throws into one line on stderr, "glisson: <reason>: <detail> <remedy>",
/// and an exit code (server/commands/exit_code.hpp). The one place for that, whatever the command.
/// @param say takes the line, without "glisson: ", in the place of stderr.
/// @return the command's own exit code where it throws nothing.
int report_errors(const std::function<int()>& command,
                  const std::function<void(const std::string&)>& say = say_to_user);

}  // namespace glisson::server
