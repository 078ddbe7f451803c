#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "config/settings.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/settings_options.hpp"
#include "server/daemon/settings_check.hpp"
#include "server/tls/certificate.hpp"

namespace glisson::server {
namespace {

using Json = nlohmann::ordered_json;

std::string source_of(const SettingsOptions& options) {
  const std::filesystem::path file = settings_file(options);
  return file.empty() ? "standard values, no settings file" : file.string();
}

/// "\n[section]\n" where a setting begins another section than the one before it.
std::string section_line(const std::string& key, std::string& section) {
  const std::string name = key.substr(0, key.find('.'));
  if (name == section) return {};
  section = name;
  return "\n[" + section + "]\n";
}

std::string name_of(const std::string& key) { return key.substr(key.find('.') + 1); }

std::string tls_summary(const config::Settings& settings) {
  if (settings.tls_port == 0) return "not accepted (tls.port = 0)";
  return fmt::format("port {}, certificate valid for {} days", settings.tls_port,
                     days_left(read_certificate(settings.tls_certificate)));
}

}  // namespace

int config_check(const ConfigOptions& options) {
  const config::Settings settings = resolve_of_service(options.settings);
  check_settings(settings);
  const auto protocol = config::find_protocol(settings.protocol, settings.protocol_folder());
  const auto models = config::load_models(settings.model_folder());
  const std::string tls = tls_summary(settings);
  if (options.json) {
    const Json result{{"settings", source_of(options.settings)},
                      {"protocol", protocol.name + " " + protocol.version},
                      {"models", models.size()},
                      {"tls", tls},
                      {"valid", true}};
    std::cout << result.dump(2) << '\n';
  } else {
    std::cout << "Settings: " << source_of(options.settings) << ": valid\n"
              << "Protocol: " << protocol.name << ' ' << protocol.version << '\n'
              << "Models:   " << models.size() << ", all valid\n"
              << "TLS:      " << tls << '\n';
  }
  return exit_success;
}

int config_show(const ConfigOptions& options) {
  const auto settings = config::describe_settings(resolve_of_service(options.settings));
  if (options.json) {
    Json result{{"source", source_of(options.settings)}, {"settings", Json::array()}};
    for (const auto& setting : settings) {
      result["settings"].push_back({{"key", setting.key},
                                    {"value", setting.value},
                                    {"standard", setting.standard},
                                    {"meaning", setting.meaning}});
    }
    std::cout << result.dump(2) << '\n';
    return exit_success;
  }
  std::cout << "# " << source_of(options.settings) << '\n';
  std::string section;
  for (const auto& setting : settings) {
    std::cout << section_line(setting.key, section) << "# " << setting.meaning << '\n'
              << name_of(setting.key) << " = " << setting.value;
    if (setting.value != setting.standard) std::cout << "  # standard: " << setting.standard;
    std::cout << '\n';
  }
  return exit_success;
}

int config_template() {
  std::cout
      << "# Settings of this host. Every setting stands here with its standard value behind a #; remove "
         "the # and change\n"
         "# the value. Test the file with `glisson config check`. Peers are no settings: `glisson peer "
         "add`.\n";
  std::string section;
  for (const auto& setting : config::describe_settings({})) {
    std::cout << section_line(setting.key, section) << "# " << setting.meaning << "\n#"
              << name_of(setting.key) << " = " << setting.standard << '\n';
  }
  return exit_success;
}

}  // namespace glisson::server
