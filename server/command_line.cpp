#include "server/command_line.hpp"

#include <CLI/CLI.hpp>

#include "server/exit_code.hpp"

namespace glisson::server {

int run(int argc, char** argv) {
  CLI::App app("Glisson: liver studies in, radiomics Structured Reports out. Research use only.", "glisson");
  app.set_version_flag("--version", "glisson " GLISSON_VERSION);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  return exit_success;
}

}  // namespace glisson::server
