#pragma once

namespace glisson::server {

/// Installs the seccomp filter of SandboxRules (sandbox.hpp) for all threads of the calling process, and with
/// it no_new_privs.
/// @param writes may open files for writing, make, rename and remove them.
/// @param new_sockets may open sockets and connect.
/// @throws RejectedInput unsuitable_host when the system does not allow it.
void filter_system_calls(bool writes, bool new_sockets);

}  // namespace glisson::server
