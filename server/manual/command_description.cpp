#include "server/manual/command_description.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace glisson::server {
namespace {

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  if (names.empty()) names.push_back(option.get_name());
  return names;
}

OptionDescription describe_option(const CLI::Option& option) {
  OptionDescription description;
  description.names = names_of(option);
  description.is_argument = !option.nonpositional();
  description.takes_value = option.get_items_expected_max() > 0;
  description.is_list = option.get_delimiter() != '\0';
  description.required = option.get_required();
  description.standard = option.get_default_str();
  description.meaning = option.get_description();
  if (description.takes_value) {
    const std::string type = option.get_type_name();
    description.value = type.empty() && description.is_argument ? option.get_name() : type;
  }
  return description;
}

/// A footer is examples, each indented by two spaces, and what else is to be said.
void take_footer(const std::string& footer, CommandDescription& description) {
  std::istringstream lines(footer);
  bool continues = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Example:" || line == "Examples:") continue;
    if (!line.starts_with("  ")) {
      description.notes += (description.notes.empty() ? "" : " ") + line;
    } else if (continues) {
      description.examples.back() += "\n" + line.substr(2);
    } else {
      description.examples.push_back(line.substr(2));
    }
    continues = line.ends_with('\\');
  }
}

CommandDescription describe_below(const CLI::App& app, std::vector<std::string> path) {
  CommandDescription description;
  path.push_back(app.get_name());
  description.path = path;
  description.meaning = app.get_description();
  take_footer(app.get_footer(), description);
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) description.options.push_back(describe_option(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) description.commands.push_back(describe_below(*command, path));
  }
  return description;
}

}  // namespace

std::string CommandDescription::name() const {
  std::string name;
  for (const std::string& part : path) name += (name.empty() ? "" : " ") + part;
  return name;
}

std::string CommandDescription::usage() const {
  if (!commands.empty()) return name() + " COMMAND";
  std::string usage = name();
  for (const OptionDescription& option : options) {
    if (option.is_argument) usage += " " + option.names.front();
  }
  for (const OptionDescription& option : options) {
    if (!option.is_argument && option.required) usage += " " + option.names.front() + " " + option.value;
  }
  return usage + " [OPTIONS]";
}

CommandDescription describe(const CLI::App& app) { return describe_below(app, {}); }

}  // namespace glisson::server
