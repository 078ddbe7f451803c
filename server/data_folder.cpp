#include "server/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

[[noreturn]] void refuse(const std::string& detail) {
  throw RejectedInput(RejectionReason::unsuitable_host, detail);
}

const passwd& service_user(const config::Settings& settings) {
  const passwd* user = ::getpwnam(settings.user.c_str());
  if (user == nullptr) {
    refuse(fmt::format("there is no user '{0}' to run as; make it with `useradd --system {0}` or set `user`",
                       settings.user));
  }
  return *user;
}

}  // namespace

Descriptor claim_data_folder(const config::Settings& settings) {
  const auto& folder = settings.data;
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (error) refuse(fmt::format("the data folder {} cannot be made: {}", folder.string(), error.message()));
  if (::geteuid() == 0) {
    const passwd& user = service_user(settings);
    if (made) {
      ::chmod(folder.c_str(), 0750);
      if (::chown(folder.c_str(), user.pw_uid, user.pw_gid) != 0) {
        refuse(fmt::format("the data folder {} cannot be given to user {}", folder.string(), settings.user));
      }
    }
  }
  // The folder belongs to the service user: root must not follow a link that lies in it.
  const auto path = folder / "glisson.lock";
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (!lock)
    refuse(fmt::format("the data folder {} cannot be written: {}", folder.string(), std::strerror(errno)));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    throw RejectedInput(RejectionReason::already_running,
                        fmt::format("another `glisson serve` runs on the data folder {}", folder.string()));
  }
  if (::geteuid() == 0) {
    const passwd& user = service_user(settings);
    if (::fchown(lock.get(), user.pw_uid, user.pw_gid) != 0)
      refuse("the lock file cannot be given to the service user");
  }
  return lock;
}

void become_service_user(const config::Settings& settings) {
  if (::geteuid() == 0) {
    const passwd& user = service_user(settings);
    if (::initgroups(user.pw_name, user.pw_gid) != 0 || ::setgid(user.pw_gid) != 0 ||
        ::setuid(user.pw_uid) != 0) {
      refuse(fmt::format("cannot become user {}: {}", settings.user, std::strerror(errno)));
    }
  }
  if (::chdir(settings.data.c_str()) != 0 || ::access(settings.data.c_str(), R_OK | W_OK | X_OK) != 0) {
    refuse(fmt::format(
        "user {} cannot enter or write the data folder {}: check the owner of it and of every folder "
        "above it",
        ::geteuid() == 0 ? settings.user : std::to_string(::geteuid()), settings.data.string()));
  }
  ::umask(0027);
}

}  // namespace glisson::server
