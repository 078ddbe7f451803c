#include "server/sandbox/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "server/control_socket.hpp"

namespace glisson::server {
namespace {

// Debian 12's headers end at version 2 of the interface; its kernels may be newer.
constexpr std::uint64_t access_truncate = std::uint64_t{1} << 14U;

constexpr std::uint64_t access_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t access_write = access_read | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate |
                                       LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                       LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// Every kind of access that this version of Landlock knows and we name.
std::uint64_t every_access(long version) {
  std::uint64_t access = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;  // Version 1: all from EXECUTE to MAKE_SYM.
  if (version >= 2) access |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) access |= access_truncate;
  return access;
}

void allow(int ruleset, const std::filesystem::path& path, std::uint64_t access) {
  const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return;
  struct stat status {};
  if (::fstat(place.get(), &status) != 0) fail("fstat");
  constexpr std::uint64_t of_files =
      LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(status.st_mode) ? access : access & of_files;
  rule.parent_fd = place.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    fail("landlock_add_rule");
}

}  // namespace

bool confine_files(const std::vector<std::filesystem::path>& readable,
                   const std::vector<std::filesystem::path>& writable) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  // Version 1 lets no file be moved from one folder to another.
  if (version < (writable.empty() ? 1 : 2)) return false;
  const landlock_ruleset_attr handled{every_access(version)};
  const Descriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!ruleset) fail("landlock_create_ruleset");
  for (const auto& path : readable) allow(ruleset.get(), path, access_read);
  for (const auto& path : writable) allow(ruleset.get(), path, every_access(version) & access_write);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) fail("landlock_restrict_self");
  return true;
}

}  // namespace glisson::server
