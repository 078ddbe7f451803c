#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/control_socket.hpp"

namespace glisson::server {

/// A child of the supervisor: this binary again, in one role.
struct RoleProcess {
  pid_t pid = -1;
  Descriptor control;  ///< The supervisor's end.
};

/// File descriptor number of the control socket in every role process.
inline constexpr int control_descriptor = 3;
/// File descriptor number under which it finds its settings.
inline constexpr int settings_descriptor = 4;

/// The settings that a role process was started with. Reads them once.
/// @throws std::system_error where this process was not started by a supervisor; RejectedInput.
config::Settings inherited_settings();

/// Starts role processes of this binary with one command line. Opened once, so that the same binary is
/// started even when the file is replaced by an upgrade, or lies where the service user cannot go.
class RoleLauncher {
 public:
  /// @param arguments after "glisson serve"; the role is appended.
  explicit RoleLauncher(std::vector<std::string> arguments);

  /// The settings of those that are started from now on: theirs, whatever becomes of the settings file.
  /// @throws std::system_error
  void set_settings(const config::Settings& settings);

  /// fork and exec, in a process group of its own so that Ctrl-C at a terminal reaches the supervisor alone.
  /// @throws std::system_error
  /// @param more arguments of this start alone.
  RoleProcess start(const std::string& role, const std::vector<std::string>& more = {}) const;

 private:
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;  ///< Without what is between systemd and the supervisor.
  Descriptor binary_;
  Descriptor settings_;  ///< A sealed file in memory: the database's password stands in it.
};

}  // namespace glisson::server
