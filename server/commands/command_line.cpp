#include "server/commands/command_line.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "server/commands/commands.hpp"
#include "server/commands/error_report.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_command_line.hpp"

namespace glisson::server {
namespace {

// Each of these adds one command. Its options live as long as the App, in the callback that runs the command.

void add_extract(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExtractOptions>();
  CLI::App* command =
      app.add_subcommand("extract", "Print the features of segments, without service or database");
  command->add_option("--images", options->images, "Folder that holds the images, and may hold others")
      ->required()
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory.description(""));
  command->add_option("--segmentation", options->segmentation, "DICOM Segmentation (SEG)")
      ->required()
      ->type_name("FILE")
      ->check(CLI::ExistingFile.description(""));
  command->add_option("--segment", options->segments, "Segment Number; may be repeated (all unless given)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535).description(""));
  command->add_option("--protocol", options->protocol, "Extraction protocol")
      ->type_name("NAME")
      ->capture_default_str();
  command
      ->add_option("--format", options->format,
                   "csv: a row for each value, with reason, unit and protocol; json: also codes and labels")
      ->check(CLI::IsMember({"csv", "json"}).description(""))
      ->type_name("csv|json")
      ->capture_default_str();
  command->add_flag("--timing", options->timing, "Print the time of each stage to standard error");
  add_settings_options(*command, options->settings);
  command->footer(
      "Examples:\n"
      "  glisson extract --images study/portal --segmentation study/seg.dcm\n"
      "  glisson extract --images study --segmentation study/seg.dcm --segment 2 --format json\n"
      "An undefined feature has an empty value in CSV; JSON gives its reason. Features of regions that the\n"
      "protocol derives from a lesion stand under its segment, named after the derivation; those of all "
      "lesions\n"
      "under segment 0.");
  command->callback([options, &exit_code] { exit_code = report_errors([&] { return extract(*options); }); });
}

void add_analyse(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<AnalyseOptions>();
  CLI::App* command =
      app.add_subcommand("analyse", "Run the whole recipe on a folder and write the report there");
  command->add_option("DIR", options->folder, "Folder with images and segmentation")
      ->required()
      ->type_name("")
      ->check(CLI::ExistingDirectory.description(""));
  command->add_option("--out", options->out, "Folder for the reports; made where absent")
      ->required()
      ->type_name("DIR");
  command->add_flag("--json", options->json, "Print JSON instead of text for people");
  add_settings_options(*command, options->settings);
  command->footer("Example:\n  glisson analyse study --out reports && dsrdump reports/*.dcm");
  command->callback([options, &exit_code] { exit_code = report_errors([&] { return analyse(*options); }); });
}

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

void add_model(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("model", "Risk models: list, show, check");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* description, int (*run_command)(const ModelOptions&)) {
    auto options = std::make_shared<ModelOptions>();
    CLI::App* command = group->add_subcommand(name, description);
    command->add_flag("--json", options->json, "Print JSON");
    command->callback([options, run_command, &exit_code] {
      exit_code = report_errors([&] { return run_command(*options); });
    });
    return std::pair(command, options);
  };
  const auto [list, list_options] =
      add("list", "List the models that ship and those of the data folder", model_list);
  add_settings_options(*list, list_options->settings);
  const auto [show, show_options] =
      add("show", "Show one model: formula, cut-offs, population, source", model_show);
  show->add_option("NAME", show_options->name, "Name of the model")->required()->type_name("");
  add_settings_options(*show, show_options->settings);
  const auto [check, check_options] = add("check", "Check a model package", model_check);
  check->add_option("PACKAGE", check_options->package, "Folder of the package, or its model.toml")
      ->required()
      ->type_name("")
      ->check(CLI::ExistingPath.description(""));
  add_settings_options(*check, check_options->settings);
  group->footer("Example:\n  glisson model show tumour-burden-score");
}

void add_config(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("config", "Settings of this host: check, show, template");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* description, int (*run_command)(const ConfigOptions&)) {
    auto options = std::make_shared<ConfigOptions>();
    CLI::App* command = group->add_subcommand(name, description);
    command->add_flag("--json", options->json, "Print JSON");
    add_settings_options(*command, options->settings);
    command->callback([options, run_command, &exit_code] {
      exit_code = report_errors([&] { return run_command(*options); });
    });
  };
  add("check", "Check settings, the extraction protocol and every model", config_check);
  add("show", "Show the settings in effect; passwords are masked", config_show);
  group->add_subcommand("template", "Print a settings file with every setting, commented out")
      ->callback([&exit_code] { exit_code = report_errors(config_template); });
  group->footer("Example:\n  glisson config check --config /etc/glisson/glisson.toml");
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Glisson: liver studies in, radiomics Structured Reports out. Research use only.", "glisson");
  app.set_version_flag("--version", "glisson " GLISSON_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 unexpected error, 2 wrong usage or settings, 3 unusable input, 4 try again, 5 "
      "not found.");
  int exit_code = exit_success;
  add_service_commands(app, exit_code);
  add_analyse(app, exit_code);
  add_extract(app, exit_code);
  add_phantom(app, exit_code);
  add_model(app, exit_code);
  add_config(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_success : exit_usage;
  }
  return exit_code;
}

}  // namespace glisson::server
