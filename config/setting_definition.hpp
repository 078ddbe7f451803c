#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.hpp"
#include "config/toml_document.hpp"

// Internal to config/.

namespace glisson::config {

/// One setting: how it is read, checked, shown and explained.
struct Definition {
  std::string section;
  std::string name;
  std::string meaning;  ///< One sentence, with the unit and the range.
  std::function<void(Settings&, const TomlValue&, const TomlSource&, std::string_view key)> read;
  std::function<std::string(const Settings&)> show;  ///< TOML text.
  bool after_all = false;  ///< Read last, because it starts from what other settings say.

  std::string key() const { return section + "." + name; }
};

/// @throws RejectedInput invalid_settings, with source and line.
[[noreturn]] void refuse_value(const TomlSource& source, const TomlValue& value, std::string_view key,
                               std::string_view expected);

// Kinds of settings. Each shows what it expects in its refusals and in its meaning.

template <typename Number>
Definition whole_number(std::string section, std::string name, Number Settings::*member, std::int64_t lowest,
                        std::int64_t highest, const std::string& meaning) {
  const std::string range = std::to_string(lowest) + " to " + std::to_string(highest);
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) {
    const std::int64_t number = source.integer(value, key);
    if (number < lowest || number > highest) refuse_value(source, value, key, range);
    settings.*member = static_cast<Number>(number);
  };
  const auto show = [=](const Settings& settings) { return std::to_string(settings.*member); };
  return {std::move(section), std::move(name), meaning + " (" + range + ").", read, show};
}

Definition seconds(std::string section, std::string name, std::chrono::seconds Settings::*member,
                   std::int64_t lowest, std::int64_t highest, const std::string& meaning);
Definition yes_or_no(std::string section, std::string name, bool Settings::*member, std::string meaning);

using TextCheck = bool (*)(const std::string&);

template <typename Text>
Definition text(std::string section, std::string name, Text Settings::*member, TextCheck valid,
                const std::string& expected, std::string meaning) {
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) {
    const std::string& content = source.text(value, key);
    if (!valid(content)) refuse_value(source, value, key, expected);
    settings.*member = content;
  };
  const auto show = [=](const Settings& settings) {
    return quoted_toml(std::filesystem::path(settings.*member).string());
  };
  return {std::move(section), std::move(name), std::move(meaning), read, show};
}

/// The one table from which settings are parsed, shown and documented, in the order of the configuration
/// reference.
const std::vector<Definition>& setting_definitions();

}  // namespace glisson::config
