#include "server/manual/manual_page.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

#include "config/settings.hpp"
#include "server/commands/exit_code.hpp"

namespace glisson::server {
namespace {

/// Text as roff prints it: no character of it commands.
std::string plain(std::string_view text) {
  std::string roff;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) roff += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
  }
  return roff;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }

/// Breaks lines between words, so that none is longer than 80 bytes (mandoc asks for that).
std::string broken(const std::string& text) {
  constexpr std::size_t longest = 78;
  std::istringstream words(text);
  std::string lines;
  std::size_t length = 0;
  for (std::string word; words >> word;) {
    const bool fits = length + 1 + word.size() <= longest;
    if (!lines.empty()) lines += fits ? ' ' : '\n';
    if (!fits) length = 0;
    if (length == 0 && (word.front() == '.' || word.front() == '\'')) word.insert(0, "\\&");
    lines += word;
    length += word.size() + 1;
  }
  return lines;
}

/// Sentences, in which what stands between backticks is printed bold.
std::string prose(std::string_view text) {
  std::string roff;
  bool is_code = false;
  for (;;) {
    const std::size_t tick = text.find('`');
    roff += is_code ? bold(text.substr(0, tick)) : plain(text.substr(0, tick));
    if (tick == std::string_view::npos) return broken(roff);
    is_code = !is_code;
    text.remove_prefix(tick + 1);
  }
}

std::string section(std::string_view title) { return ".SH " + std::string(title) + "\n"; }

/// A tagged paragraph.
std::string item(const std::string& tag, const std::string& text) {
  return ".TP\n" + tag + "\n" + text + "\n";
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string header(const std::string& title, const char* number) {
  return ".TH " + upper_case(plain(title)) + " " + number +
         " " GLISSON_DATE " \"glisson " GLISSON_VERSION "\" \"Glisson\"\n";
}

std::string name_section(const std::string& name, const std::string& meaning) {
  return section("NAME") + plain(name) + " \\- " + plain(meaning) + "\n";
}

std::string option_item(const OptionDescription& option) {
  std::string tag;
  for (const std::string& name : option.names) tag += (tag.empty() ? "" : ", ") + bold(name);
  if (option.takes_value && !option.is_argument) tag += " \\fI" + plain(option.value) + "\\fR";
  std::string text = option.meaning;
  const bool has_words = option.value.find('|') != std::string::npos;
  if (option.is_argument && has_words) text += " (" + option.value + ")";
  if (option.is_list) text += "; several with commas between them";
  text += ".";
  if (option.required && !option.is_argument) text += " Required.";
  if (!option.standard.empty()) text += " Standard value: `" + option.standard + "`.";
  return item(tag, prose(text));
}

bool is_same(const OptionDescription& a, const OptionDescription& b) {
  return a.names == b.names && a.meaning == b.meaning;
}

/// What every command below this one takes.
std::vector<OptionDescription> common_options(const CommandDescription& group) {
  std::vector<OptionDescription> common;
  for (const OptionDescription& option : group.commands.front().options) {
    const bool everywhere = std::ranges::all_of(group.commands, [&](const CommandDescription& command) {
      return std::ranges::any_of(command.options, [&](const auto& other) { return is_same(option, other); });
    });
    if (everywhere) common.push_back(option);
  }
  return common;
}

std::string option_items(const std::vector<OptionDescription>& options,
                         const std::vector<OptionDescription>& told_elsewhere) {
  std::string text;
  for (const OptionDescription& option : options) {
    if (std::ranges::none_of(told_elsewhere, [&](const auto& other) { return is_same(option, other); })) {
      text += option_item(option);
    }
  }
  return text;
}

std::string example_lines(const CommandDescription& command) {
  std::string text;
  for (const std::string& example : command.examples) {
    text += (text.empty() ? "" : ".PP\n") + (".EX\n" + plain(example) + "\n.EE\n");
  }
  return text;
}

std::string notes_of(const CommandDescription& command) {
  return command.notes.empty() ? "" : ".PP\n" + prose(command.notes) + "\n";
}

std::string end_of_page(const std::string& see_also) {
  return section("EXIT STATUS") + "As of every command; see\n.BR glisson (1).\n" + section("SEE ALSO") +
         see_also;
}

std::string hyphenated(const CommandDescription& command) {
  std::string name = command.name();
  std::ranges::replace(name, ' ', '-');
  return name;
}

/// The page of a command without commands below it.
std::string page_of_command(const CommandDescription& command) {
  return header(hyphenated(command), "1") + name_section(hyphenated(command), command.meaning) +
         section("SYNOPSIS") + bold(command.usage()) + "\n" + section("OPTIONS") +
         option_items(command.options, {}) +
         (command.notes.empty() ? "" : section("DESCRIPTION") + prose(command.notes) + "\n") +
         section("EXAMPLES") + example_lines(command) +
         end_of_page(".BR glisson (1),\n.BR glisson.toml (5)\n");
}

/// The page of a command that has commands below it.
std::string page_of_group(const CommandDescription& group) {
  std::string text = header(hyphenated(group), "1") + name_section(hyphenated(group), group.meaning) +
                     section("SYNOPSIS") + ".nf\n";
  for (const CommandDescription& command : group.commands) text += bold(command.usage()) + "\n";
  text += ".fi\n" + section("COMMANDS");
  const auto common = common_options(group);
  for (const CommandDescription& command : group.commands) {
    text += ".SS " + plain(command.path.back()) + "\n" + prose(command.meaning + ".") + "\n" +
            option_items(command.options, common) + notes_of(command) + ".PP\n" + example_lines(command);
  }
  return text + section("COMMON OPTIONS") + option_items(common, {}) +
         end_of_page(".BR glisson (1),\n.BR glisson.toml (5)\n");
}

std::string exit_status() {
  std::string text = section("EXIT STATUS");
  for (const auto& [code, words] : exit_code_meanings)
    text += item(bold(std::to_string(code)), plain(words) + ".");
  return text;
}

std::string files() {
  return section("FILES") +
         item(bold("/etc/glisson/glisson.toml"),
              prose("Settings of this host, unless the data folder has a `glisson.toml` of its own.")) +
         item(bold(config::Settings{}.data.string()),
              prose(
                  "Data folder: received objects, the private database, protocols and models of the site.")) +
         item(bold("/usr/share/doc/glisson/docs"),
              prose("Pages for administrators; /usr/share/doc/glisson/docs/README.md lists them."));
}

/// The page of the program itself.
std::string page_of_program(const CommandDescription& program) {
  std::string text =
      header("glisson", "1") +
      name_section("glisson", "DICOM node for liver radiomics: studies in, Structured Reports out") +
      section("SYNOPSIS") + bold("glisson COMMAND [OPTIONS]") + "\n" + section("DESCRIPTION") +
      prose(program.meaning) + "\n" + section("COMMANDS");
  for (const CommandDescription& command : program.commands) {
    text += ".TP\n.BR " + plain(hyphenated(command)) + " (1)\n" + prose(command.meaning + ".") + "\n";
  }
  text +=
      section("OPTIONS") + option_items(program.options, {}) + exit_status() + files() + section("SEE ALSO");
  for (const CommandDescription& command : program.commands) {
    text += ".BR " + plain(hyphenated(command)) + " (1),\n";
  }
  return text + ".BR glisson.toml (5)\n";
}

}  // namespace

std::map<std::string, std::string> command_manual(const CommandDescription& program) {
  std::map<std::string, std::string> pages{{"glisson.1", page_of_program(program)}};
  for (const CommandDescription& command : program.commands) {
    pages[hyphenated(command) + ".1"] =
        command.commands.empty() ? page_of_command(command) : page_of_group(command);
  }
  return pages;
}

std::string settings_manual() {
  std::string text =
      header("glisson.toml", "5") + name_section("glisson.toml", "settings of a host of glisson") +
      section("DESCRIPTION") +
      prose(
          "A file in TOML. Every setting may be left out. Unknown keys and values out of range are "
          "refused with file and line: `glisson config check` tests a file, `glisson config show` "
          "prints what is in effect, `glisson config template` a file with every setting. Durations "
          "are in seconds. Peers are no settings; they live in the database (`glisson peer add`).") +
      "\n";
  std::string current;
  for (const config::SettingDescription& setting : config::describe_settings({})) {
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != current) {
      current = setting.key.substr(0, dot);
      text += section("[" + current + "]");
    }
    text += item(bold(setting.key.substr(dot + 1)) + " = " + plain(setting.standard), prose(setting.meaning));
  }
  return text + section("SEE ALSO") + ".BR glisson (1),\n.BR glisson\\-config (1)\n";
}

}  // namespace glisson::server
