#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace glisson::server {

/// What a process that parses what strangers sent may still do once it is confined.
struct SandboxRules {
  std::vector<std::filesystem::path> readable;  ///< Folders, beside the system's programs and configuration.
  std::vector<std::filesystem::path> writable;  ///< Folders; with none, no file can be opened for writing.
  bool new_sockets = false;                     ///< May open connections (to its database).
  std::uint64_t memory = 0;                     ///< Bytes of private memory (RLIMIT_DATA); 0: no limit.
  int control = -1;                             ///< Where a refused call is reported before the process ends.
};

/// Confines the calling process for the rest of its life: no new privileges, no core dump, the memory limit,
/// a seccomp filter that allows a list of system calls and refuses the others, and, where the kernel has it,
/// Landlock over the file system (ADR 6). Descriptors that are open stay usable.
///
/// To run a program, to look into another process or to use a socket for a new connection ends the process
/// with SIGSYS, and the name of the call is reported to `control`; every other call that is not on the list
/// fails with EPERM. In builds with a sanitizer, whose runtime needs more, this does nothing; see
/// sandbox_available().
/// @throws std::logic_error when a second thread runs, which would stay free; RejectedInput unsuitable_host
///         when the system allows no seccomp filter.
void enter_sandbox(const SandboxRules& rules);

/// False in builds with a sanitizer.
bool sandbox_available() noexcept;

/// Message on the control socket by which a confined process reports the call that ended it.
inline constexpr char refused_call_message = 'S';

/// Name of the system call of such a message, "S<number>"; empty when it is none.
std::string refused_call(const std::string& message);

}  // namespace glisson::server
