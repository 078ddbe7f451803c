#pragma once

#include <filesystem>
#include <vector>

namespace glisson::server {

/// Takes the file system from the calling process (and threads that it starts), but for what is named:
/// reading of `readable`, and in `writable` to make, write, move and remove files and to make folders. Needs
/// no_new_privs. Paths that do not exist are passed over.
/// @return false where the kernel has no Landlock (before 5.13, with `writable` 5.19, or switched off);
/// nothing was
///         changed then.
/// @throws std::system_error
bool confine_files(const std::vector<std::filesystem::path>& readable,
                   const std::vector<std::filesystem::path>& writable);

}  // namespace glisson::server
