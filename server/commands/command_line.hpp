#pragma once

namespace glisson::server {

/// Parses the command line and runs one command.
/// @return the exit code (server/commands/exit_code.hpp).
int run(int argc, char** argv);

}  // namespace glisson::server
