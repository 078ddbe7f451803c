#include "server/commands/settings_options.hpp"

#include <limits>
#include <string>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::server {

std::filesystem::path settings_file(const SettingsOptions& options) {
  if (!options.config.empty()) return options.config;
  std::vector<std::filesystem::path> candidates;
  if (options.data.empty()) {
    candidates = {config::Settings{}.data / "glisson.toml", "/etc/glisson/glisson.toml"};
  } else {
    candidates = {options.data / "glisson.toml"};
  }
  for (const auto& file : candidates) {
    std::error_code unreadable;  // A folder that may not be entered holds no settings for this user.
    if (std::filesystem::exists(file, unreadable)) return file;
  }
  return {};
}

LenientSettings resolve_leniently(const SettingsOptions& options) {
  try {
    return {resolve(options), {}};
  } catch (const RejectedInput& error) {
    LenientSettings lenient{{}, error.what()};
    if (!options.data.empty())
      lenient.settings.data = std::filesystem::absolute(options.data).lexically_normal();
    return lenient;
  }
}

config::Settings resolve(const SettingsOptions& options) {
  const std::filesystem::path file = settings_file(options);
  config::Settings settings = file.empty() ? config::Settings{} : config::load_settings(file);
  if (!options.data.empty()) settings.data = std::filesystem::absolute(options.data).lexically_normal();
  if (options.port) {
    if (*options.port < 1 || *options.port > std::numeric_limits<std::uint16_t>::max()) {
      throw RejectedInput(RejectionReason::invalid_settings,
                          "--port must be 1 to 65535, not " + std::to_string(*options.port));
    }
    settings.port = static_cast<std::uint16_t>(*options.port);
  }
  return settings;
}

}  // namespace glisson::server
