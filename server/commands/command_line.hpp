#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace glisson::server {

/// The command line with every command, which runs the one that is parsed.
/// @param exit_code set by the command that runs; must outlive the command line.
std::unique_ptr<CLI::App> command_line(int& exit_code);

/// Parses the command line and runs one command.
/// @return the exit code (server/commands/exit_code.hpp).
int run(int argc, char** argv);

}  // namespace glisson::server
