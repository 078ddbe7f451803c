#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "server/control_socket.hpp"

namespace glisson::server {

/// A child of the supervisor: this binary again, in one role.
struct RoleProcess {
  pid_t pid = -1;
  Descriptor control;  ///< The supervisor's end.
};

/// File descriptor number of the control socket in every role process.
inline constexpr int control_descriptor = 3;

/// Starts role processes of this binary with one command line. Opened once, so that the same binary is
/// started even when the file is replaced by an upgrade, or lies where the service user cannot go.
class RoleLauncher {
 public:
  /// @param arguments after "glisson serve"; the role is appended.
  explicit RoleLauncher(std::vector<std::string> arguments);

  /// fork and exec, in a process group of its own so that Ctrl-C at a terminal reaches the supervisor alone.
  /// @throws std::system_error
  /// @param more arguments of this start alone.
  RoleProcess start(const std::string& role, const std::vector<std::string>& more = {}) const;

 private:
  std::vector<std::string> arguments_;
  Descriptor binary_;
};

}  // namespace glisson::server
