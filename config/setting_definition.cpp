#include "config/setting_definition.hpp"

namespace glisson::config {

void refuse_value(const TomlSource& source, const TomlValue& value, std::string_view key,
                  std::string_view expected) {
  source.refuse(value.line, std::string(key) + " must be " + std::string(expected));
}

Definition seconds(std::string section, std::string name, std::chrono::seconds Settings::*member,
                   std::int64_t lowest, std::int64_t highest, const std::string& meaning) {
  const std::string range = std::to_string(lowest) + " to " + std::to_string(highest) + " s";
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) {
    const std::int64_t number = source.integer(value, key);
    if (number < lowest || number > highest) refuse_value(source, value, key, range);
    settings.*member = std::chrono::seconds(number);
  };
  const auto show = [=](const Settings& settings) { return std::to_string((settings.*member).count()); };
  return {std::move(section), std::move(name), meaning + " (" + range + ").", read, show};
}

Definition yes_or_no(std::string section, std::string name, bool Settings::*member, std::string meaning) {
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) { settings.*member = source.boolean(value, key); };
  const auto show = [=](const Settings& settings) { return settings.*member ? "true" : "false"; };
  return {std::move(section), std::move(name), std::move(meaning), read, show};
}

}  // namespace glisson::config
