#include "server/manual/bash_completion.hpp"

#include <algorithm>
#include <sstream>

#include "engine/embedded_file.hpp"

namespace glisson {
std::span<const EmbeddedFile> completion_functions();  // completion.bash
}

namespace glisson::server {
namespace {

/// What completes a value: words as they are, and FILE, DIR, PEER, PROTOCOL, MODEL for what they stand for.
/// Upper-case words that nothing completes are left out.
std::string completions(const OptionDescription& option) {
  std::string words;
  std::istringstream alternatives(option.value);
  for (std::string word; std::getline(alternatives, word, '|');) {
    if (word == "PACKAGE") word = "FILE";
    const bool is_placeholder =
        std::ranges::none_of(word, [](unsigned char c) { return std::islower(c) != 0; });
    const bool is_known =
        word == "FILE" || word == "DIR" || word == "PEER" || word == "PROTOCOL" || word == "MODEL";
    if (!is_placeholder || is_known) words += (words.empty() ? "" : " ") + word;
  }
  return option.is_list ? "LIST " + words : words;
}

/// The command's words after the program's name.
std::string key_of(const CommandDescription& command) {
  std::string key;
  for (std::size_t i = 1; i < command.path.size(); ++i) key += (i == 1 ? "" : " ") + command.path[i];
  return key;
}

std::string clause(const std::string& patterns, const std::string& words) {
  return "  " + patterns + ") echo '" + words + "' ;;\n";
}

struct Clauses {
  std::string words;    ///< By command: the commands below it.
  std::string options;  ///< By command.
  std::string values;   ///< By command and option, or command and position of the argument.
};

void add(Clauses& clauses, const CommandDescription& command) {
  const std::string key = key_of(command);
  std::string below;
  for (const CommandDescription& next : command.commands)
    below += (below.empty() ? "" : " ") + next.path.back();
  clauses.words += clause("'" + key + "'", below);
  std::string options;
  int position = 0;
  for (const OptionDescription& option : command.options) {
    if (option.is_argument) {
      clauses.values += clause("'" + key + " " + std::to_string(position++) + "'", completions(option));
      continue;
    }
    std::string patterns;
    for (const std::string& name : option.names) {
      if (name.starts_with("--")) options += (options.empty() ? "" : " ") + name;
      patterns.append(patterns.empty() ? "'" : " | '").append(key).append(" ").append(name).append("'");
    }
    if (option.takes_value) clauses.values += clause(patterns, completions(option));
  }
  clauses.options += clause("'" + key + "'", options);
  for (const CommandDescription& next : command.commands) add(clauses, next);
}

std::string function(const char* name, const char* comment, const char* subject, const std::string& clauses) {
  return std::string("\n# ") + comment + "\n" + name + "() {\n  case " + subject + " in\n" + clauses +
         "  *) return 1 ;;\n  esac\n}\n";
}

}  // namespace

std::string bash_completion(const CommandDescription& program) {
  Clauses clauses;
  add(clauses, program);
  return "# Completion of glisson in bash; written by the program itself.\n" +
         function("_glisson_words", "The commands below a command; fails where there is no such command.",
                  "$1", clauses.words) +
         function("_glisson_options", "The options of a command.", "$1", clauses.options) +
         function("_glisson_values",
                  "What completes the value of an option, or the argument at a position; fails where none is "
                  "taken.",
                  "\"$1 $2\"", clauses.values) +
         "\n" + std::string(completion_functions().front().content);
}

}  // namespace glisson::server
