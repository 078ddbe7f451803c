#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace glisson::tests {

/// What a confined process must not do.
struct ForbiddenAct {
  std::string what;
  std::function<int(const std::filesystem::path& folder)> attempt;  ///< 0 when it succeeded, else errno.
  std::string fatal_call{};  ///< Ends the process and is reported by this name; empty: refused with an error.
};

/// All of them. They are tried in a folder that holds the file `old` and beside which lies `<folder>.secret`;
/// call this once before the process is confined, for some need what was opened before.
const std::vector<ForbiddenAct>& forbidden_acts();

/// 0 when the call succeeded, else its errno.
inline int error_of(long result) { return result == -1 ? errno : 0; }
inline int error_of(void* memory) { return memory == MAP_FAILED ? errno : 0; }

/// Opens and leaves open; 0 when that succeeded, else errno.
int open_as(const std::filesystem::path& path, int flags);

}  // namespace glisson::tests
