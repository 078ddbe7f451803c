#include "server/status/service_reach.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "engine/errors.hpp"
#include "server/admission/refusal_advice.hpp"

namespace glisson::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* settings_of_unit = "/etc/glisson/glisson.toml";

bool is_there(const fs::path& file) {
  std::error_code unreadable;
  return fs::exists(file, unreadable);
}

/// The data folder of the systemd unit that the package installs; empty where there is no unit or no systemd.
fs::path data_folder_of_unit() {
  constexpr std::array folders{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};
  const bool installed = std::ranges::any_of(
      folders, [](const char* folder) { return is_there(fs::path(folder) / "glisson.service"); });
  if (!installed || !is_there("/run/systemd/system")) return {};
  try {
    if (is_there(settings_of_unit)) return config::load_settings(settings_of_unit).data;
  } catch (const RejectedInput&) {
    // A bad file: the folder is in all likelihood the standard one.
  }
  return config::Settings{}.data;
}

bool is_of_unit(const config::Settings& settings) { return settings.data == data_folder_of_unit(); }

/// "the data folder /x, which belongs to glisson".
std::string with_owner(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return folder.string();
  const passwd* owner = ::getpwuid(status.st_uid);
  return owner == nullptr ? folder.string()
                          : fmt::format("{}, which belongs to {}", folder.string(), owner->pw_name);
}

/// Whether a supervisor holds the data folder, which it locks (flock) as long as it lives. The lock is not
/// tried: that could keep a service from starting.
bool is_held(const fs::path& data) {
  struct stat status {};
  if (::stat((data / "glisson.lock").c_str(), &status) != 0) return false;
  const std::string inode = fmt::format(":{} ", status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find("FLOCK") != std::string::npos && line.find(inode) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::string_view keyword(Obstacle obstacle) noexcept {
  switch (obstacle) {
    case Obstacle::not_permitted:
      return "not_permitted";
    case Obstacle::no_data_folder:
      return "no_data_folder";
    case Obstacle::service_does_not_run:
      return "service_does_not_run";
    case Obstacle::database_does_not_answer:
      break;
  }
  return "database_does_not_answer";
}

std::string start_command(const config::Settings& settings) {
  return is_of_unit(settings) ? "systemctl start glisson"
                              : "glisson serve --data " + shell_word(settings.data.string());
}

std::string log_command(const config::Settings& settings) {
  if (is_of_unit(settings)) return "journalctl -u glisson -n 50";
  return "tail " + shell_word((settings.data / "postgresql.log").string());
}

std::string forbidden(const fs::path& folder) {
  if (::access(folder.c_str(), X_OK) == 0 || errno != EACCES) return {};
  return fmt::format("you may not look into {}: {}", with_owner(folder), std::strerror(EACCES));
}

Unreachable explain_silence(const config::Settings& settings, const std::string& error) {
  const fs::path& data = settings.data;
  if (const std::string why = forbidden(data); !why.empty()) {
    return {Obstacle::not_permitted, why, "sudo glisson status"};
  }
  if (error.find("authentication failed") != std::string::npos ||
      error.find(std::strerror(EACCES)) != std::string::npos) {
    return {Obstacle::not_permitted, "you may not look into the service's private database: " + error,
            "sudo glisson status"};
  }
  if (!is_there(data)) {
    return {Obstacle::no_data_folder,
            fmt::format("there is no data folder {}: --data or --config names another, and the service makes "
                        "it when it starts",
                        data.string()),
            start_command(settings)};
  }
  if (!is_held(data)) {
    return {Obstacle::service_does_not_run,
            fmt::format("the service of the data folder {} does not run", data.string()),
            start_command(settings)};
  }
  return {Obstacle::database_does_not_answer,
          "the service runs, but its private database does not answer: " + error, log_command(settings)};
}

}  // namespace glisson::server
