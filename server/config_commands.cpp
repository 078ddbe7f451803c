#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "config/settings.hpp"
#include "server/commands.hpp"
#include "server/exit_code.hpp"
#include "server/settings_options.hpp"

namespace glisson::server {
namespace {

using Json = nlohmann::ordered_json;

std::string source_of(const SettingsOptions& options) {
  const std::filesystem::path file = settings_file(options);
  return file.empty() ? "standard values, no settings file" : file.string();
}

}  // namespace

int config_check(const ConfigOptions& options) {
  const config::Settings settings = resolve(options.settings);
  const auto protocol = config::find_protocol(settings.protocol, settings.protocol_folder());
  const auto models = config::load_models(settings.model_folder());
  for (const auto& model : models) config::check_protocol_of(model, settings.protocol_folder());
  if (options.json) {
    const Json result{{"settings", source_of(options.settings)},
                      {"protocol", protocol.name + " " + protocol.version},
                      {"models", models.size()},
                      {"valid", true}};
    std::cout << result.dump(2) << '\n';
  } else {
    std::cout << "Settings: " << source_of(options.settings) << ": valid\n"
              << "Protocol: " << protocol.name << ' ' << protocol.version << '\n'
              << "Models:   " << models.size() << ", all valid\n";
  }
  return exit_success;
}

int config_show(const ConfigOptions& options) {
  const auto settings = config::describe_settings(resolve(options.settings));
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
  std::size_t width = 0;
  for (const auto& setting : settings) width = std::max(width, setting.key.size());
  for (const auto& setting : settings) {
    std::cout << std::left << std::setw(static_cast<int>(width)) << setting.key << " = " << setting.value;
    if (setting.value != setting.standard) std::cout << "  # standard: " << setting.standard;
    std::cout << '\n';
  }
  return exit_success;
}

}  // namespace glisson::server
