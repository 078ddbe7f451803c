#include "server/commands/settings_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "engine/errors.hpp"
#include "server/status/service_reach.hpp"

namespace glisson::server {
namespace {

namespace fs = std::filesystem;

/// Where a settings file may be, the first that exists counts.
std::vector<fs::path> candidates(const SettingsOptions& options) {
  if (!options.config.empty()) return {options.config};
  if (!options.data.empty()) return {options.data / "glisson.toml"};
  return {config::Settings{}.data / "glisson.toml", "/etc/glisson/glisson.toml"};
}

/// @throws RejectedInput not_permitted, invalid_argument.
void require_file(const fs::path& file) {
  if (::access(file.c_str(), R_OK) == 0) return;
  if (errno == EACCES) {
    throw RejectedInput(RejectionReason::not_permitted, fmt::format("you may not read the settings in {}: {}",
                                                                    file.string(), std::strerror(EACCES)));
  }
  throw RejectedInput(RejectionReason::invalid_argument,
                      fmt::format("--config: {}: {}", file.string(), std::strerror(errno)));
}

/// @throws RejectedInput not_permitted for a settings file that may be there, but not for this user.
void refuse_hidden_settings(const SettingsOptions& options) {
  for (const fs::path& file : candidates(options)) {
    const bool readable = ::access(file.c_str(), R_OK) == 0;
    if (readable) return;
    if (errno == EACCES) require_file(file);
  }
}

void override_by(const SettingsOptions& options, config::Settings& settings) {
  if (!options.data.empty()) settings.data = fs::absolute(options.data).lexically_normal();
  if (!options.port) return;
  if (*options.port < 1 || *options.port > std::numeric_limits<std::uint16_t>::max()) {
    throw RejectedInput(RejectionReason::invalid_argument,
                        "--port must be 1 to 65535, not " + std::to_string(*options.port));
  }
  settings.port = static_cast<std::uint16_t>(*options.port);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The line that a refusal names: "file:12: ..."; 0 for none.
std::size_t line_named(std::string_view message, const std::string& source) {
  std::size_t line = 0;
  if (!message.starts_with(source + ":")) return 0;
  message.remove_prefix(source.size() + 1);
  std::from_chars(message.data(), message.data() + message.size(), line);
  return line;
}

/// A section that is unknown goes with all its lines, which belong to no other.
void leave_out(std::vector<std::string>& lines, std::size_t line) {
  const bool section = lines[line - 1].starts_with('[');
  do {
    lines[line - 1].clear();
  } while (section && ++line <= lines.size() && !lines[line - 1].starts_with('['));
}

/// Every line is read that can be.
LenientSettings load_leniently(const fs::path& file) {
  LenientSettings lenient;
  auto lines = lines_of(file);
  for (std::size_t attempts = lines.size() + 1; attempts > 0; --attempts) {
    try {
      lenient.settings = config::parse_settings(fmt::format("{}\n", fmt::join(lines, "\n")), file.string());
      return lenient;
    } catch (const RejectedInput& error) {
      if (lenient.error.empty()) lenient.error = error.what();
      const std::size_t line = line_named(error.what(), file.string());
      if (line == 0 || line > lines.size() || lines[line - 1].empty()) break;
      leave_out(lines, line);
    }
  }
  return lenient;
}

}  // namespace

fs::path settings_file(const SettingsOptions& options) {
  if (!options.config.empty()) return options.config;
  for (const auto& file : candidates(options)) {
    std::error_code unreadable;  // A folder that may not be entered holds no settings for this user.
    if (fs::exists(file, unreadable)) return file;
  }
  return {};
}

config::Settings resolve(const SettingsOptions& options) {
  const fs::path file = settings_file(options);
  if (!file.empty()) require_file(file);
  config::Settings settings = file.empty() ? config::Settings{} : config::load_settings(file);
  override_by(options, settings);
  return settings;
}

config::Settings resolve_of_service(const SettingsOptions& options) {
  refuse_hidden_settings(options);
  return resolve(options);
}

LenientSettings resolve_leniently(const SettingsOptions& options) {
  refuse_hidden_settings(options);
  const fs::path file = settings_file(options);
  if (!file.empty()) require_file(file);
  LenientSettings lenient = file.empty() ? LenientSettings{} : load_leniently(file);
  override_by(options, lenient.settings);
  return lenient;
}

}  // namespace glisson::server
