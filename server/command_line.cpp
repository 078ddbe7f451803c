#include "server/command_line.hpp"

#include <CLI/CLI.hpp>

#include "server/commands.hpp"
#include "server/error_report.hpp"
#include "server/exit_code.hpp"

namespace glisson::server {
namespace {

// Each of these adds one command. Its options live as long as the App, in the callback that runs the command.

void add_phantom(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<PhantomOptions>();
  CLI::App* command = app.add_subcommand(
      "phantom", "Write a synthetic liver study: two lesions, arterial and portal CT series, segmentation");
  command->add_option("DIR", options->folder, "Folder to write into; made where absent")
      ->required()
      ->type_name("");
  command->footer("Example:\n  glisson phantom /tmp/phantom");
  command->callback([options, &exit_code] { exit_code = report_errors([&] { return phantom(*options); }); });
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Glisson: liver studies in, radiomics Structured Reports out. Research use only.", "glisson");
  app.set_version_flag("--version", "glisson " GLISSON_VERSION);
  app.require_subcommand(1);
  int exit_code = exit_success;
  add_phantom(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_success : exit_usage;
  }
  return exit_code;
}

}  // namespace glisson::server
