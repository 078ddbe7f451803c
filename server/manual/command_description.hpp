#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace glisson::server {

/// An option or argument of a command, as the command line defines it.
struct OptionDescription {
  std::vector<std::string>
      names;                 ///< As typed, e.g. "--tls" and "--no-tls"; of an argument its name, "HOST".
  bool is_argument = false;  ///< Told by its place, not by a name.
  bool takes_value = false;
  bool is_list = false;  ///< Values may be joined with commas.
  bool required = false;
  std::string value;     ///< What it takes, e.g. "FILE" or the words "csv|json".
  std::string standard;  ///< Value unless given; empty: none.
  std::string meaning;
};

/// A command with its options, its examples and the commands below it; hidden ones are left out.
struct CommandDescription {
  std::vector<std::string> path;  ///< "glisson", "peer", "add"
  std::string meaning;
  std::vector<std::string> examples;  ///< As typed; may have several lines.
  std::string notes;                  ///< What the help says besides; may be empty.
  std::vector<OptionDescription> options;
  std::vector<CommandDescription> commands;

  std::string name() const;  ///< "glisson peer add"
  /// "glisson peer add NAME AE-TITLE HOST PORT [OPTIONS]"
  std::string usage() const;
};

/// Reads a command line as it was built: the one source of the manual and of the completion.
CommandDescription describe(const CLI::App& app);

}  // namespace glisson::server
