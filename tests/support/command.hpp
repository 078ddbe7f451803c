#pragma once

#include <string>
#include <vector>

namespace glisson::tests {

/// How a program ended and what it said.
struct CommandResult {
  int exit_code = -1;  ///< Minus the signal's number where a signal ended it.
  std::string out;
  std::string err;
};

/// Runs a program (found by PATH unless it is a path) without a shell and waits for its end.
/// @throws std::system_error when it cannot be started.
CommandResult run_command(const std::vector<std::string>& arguments);

/// Runs the glisson that was built with the tests.
CommandResult run_glisson(std::vector<std::string> arguments);

/// True where PATH has the program; tests of optional validators skip themselves by name otherwise.
bool has_program(const std::string& name);

}  // namespace glisson::tests
