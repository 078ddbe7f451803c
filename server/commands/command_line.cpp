#include "server/commands/command_line.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "server/commands/commands.hpp"
#include "server/commands/error_report.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_command_line.hpp"
#include "server/manual/command_description.hpp"

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
      ->type_name("PROTOCOL")
      ->capture_default_str();
  one_of(command->add_option(
             "--format", options->format,
             "csv: a row for each value, with reason, unit and protocol; json: also codes and labels"),
         {"csv", "json"})
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

/// Adds a command without options of its own to a group.
template <typename Options>
std::pair<CLI::App*, Options*> add_to(CLI::App& group, int& exit_code, const char* name,
                                      const char* description, int (*run_command)(const Options&),
                                      const char* example) {
  auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand(name, description);
  command->add_flag("--json", options->json, "Print JSON instead of text for people");
  add_settings_options(*command, options->settings);
  command->callback([options, run_command, &exit_code] {
    exit_code = report_errors([&] { return run_command(*options); });
  });
  command->footer(std::string("Example:\n  ") + example);
  return {command, options.get()};
}

void add_model(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("model", "Risk models: list, show, check");
  group->require_subcommand(1);
  add_to(*group, exit_code, "list", "List the models that ship and those of the data folder", model_list,
         "glisson model list");
  const auto [show, show_options] =
      add_to(*group, exit_code, "show", "Show one model: formula, cut-offs, population, source", model_show,
             "glisson model show tumour-burden-score");
  show->add_option("MODEL", show_options->name, "Name of the model")->required()->type_name("");
  const auto [check, check_options] = add_to(*group, exit_code, "check", "Check a model package", model_check,
                                             "glisson model check /var/lib/glisson/models/our-score");
  check->add_option("PACKAGE", check_options->package, "Folder of the package, or its model.toml")
      ->required()
      ->type_name("")
      ->check(CLI::ExistingPath.description(""));
}

void add_config(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("config", "Settings of this host: check, show, template");
  group->require_subcommand(1);
  add_to(*group, exit_code, "check", "Check settings, the extraction protocol and every model", config_check,
         "glisson config check --config /etc/glisson/glisson.toml");
  add_to(*group, exit_code, "show", "Show the settings in effect; passwords are masked", config_show,
         "glisson config show");
  CLI::App* settings_file =
      group->add_subcommand("template", "Print a settings file with every setting, commented out");
  settings_file->footer("Example:\n  glisson config template > glisson.toml");
  settings_file->callback([&exit_code] { exit_code = report_errors(config_template); });
}

/// Commands for the build and for the completion, which no help shows.
void add_hidden(CLI::App& app, int& exit_code) {
  auto manual = std::make_shared<ManualOptions>();
  CLI::App* command = app.add_subcommand("manual", "Write the manual pages and the completion")->group("");
  command->add_option("DIR", manual->folder, "Folder to write into")->required();
  command->callback([&app, manual, &exit_code] {
    exit_code = report_errors([&] { return write_manual(describe(app), *manual); });
  });
  auto names = std::make_shared<NamesOptions>();
  command = app.add_subcommand("names", "Print the names of peers, protocols or models")->group("");
  one_of(command->add_option("KIND", names->kind, "Of what"), {"PEER", "PROTOCOL", "MODEL"})->required();
  add_settings_options(*command, names->settings);
  command->callback([names, &exit_code] { exit_code = report_errors([&] { return print_names(*names); }); });
}

std::string exit_codes() {
  std::string text = "Exit codes:";
  for (const auto& [code, words] : exit_code_meanings) {
    text += "\n  " + std::to_string(code) + " " + words;
  }
  return text;
}

}  // namespace

std::unique_ptr<CLI::App> command_line(int& exit_code) {
  auto app = std::make_unique<CLI::App>(
      "Glisson: liver studies in, radiomics Structured Reports out. Research use only.", "glisson");
  app->set_version_flag("--version", "glisson " GLISSON_VERSION);
  app->require_subcommand(1);
  app->footer(exit_codes());
  add_service_commands(*app, exit_code);
  add_analyse(*app, exit_code);
  add_extract(*app, exit_code);
  add_phantom(*app, exit_code);
  add_model(*app, exit_code);
  add_config(*app, exit_code);
  add_hidden(*app, exit_code);
  return app;
}

int run(int argc, char** argv) {
  int exit_code = exit_success;
  const auto app = command_line(exit_code);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app->exit(error) == 0 ? exit_success : exit_usage;
  }
  return exit_code;
}

}  // namespace glisson::server
