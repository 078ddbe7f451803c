#include "storage/cluster.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "engine/digest.hpp"
#include "engine/errors.hpp"
#include "storage/cluster_leftovers.hpp"
#include "storage/cluster_setup.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why) {
  throw RejectedInput(RejectionReason::unsuitable_host, why);
}

[[noreturn]] void fail(const std::string& what) { throw TransientError(what + ": " + std::strerror(errno)); }

fs::path resolved(const fs::path& folder) {
  fs::path path = fs::weakly_canonical(fs::absolute(folder));
  return path.has_filename() ? path : path.parent_path();
}

/// Creates a folder that only its owner may change; refuses one that somebody else made.
void make_private_folder(const fs::path& folder, mode_t mode) {
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
    refuse("cannot create " + folder.string() + ": " + std::strerror(errno));
  }
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse(folder.string() + " is not a folder that belongs to user " + user_name() + " alone");
  }
}

int open_log(const fs::path& folder) {
  const fs::path path = folder / "postgresql.log";
  std::error_code error;
  constexpr std::uintmax_t largest = 10U << 20U;
  if (const auto size = fs::file_size(path, error); !error && size > largest) {
    fs::rename(path, folder / "postgresql.log.1");
  }
  const int log = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (log < 0) fail("cannot open " + path.string());
  return log;
}

/// The end of run_postmaster: everything is prepared.
[[noreturn]] void become_postmaster(const fs::path& binary, const ClusterPaths& paths, int lock, int log) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0) fail("cannot open /dev/null");
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  // Sockets of the caller must not stay open in PostgreSQL; the lock must.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::fcntl(lock, F_SETFD, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2}) {
    ::signal(signal, SIG_DFL);
  }
  const std::string data = paths.data.string();
  const std::string socket = paths.socket.string();
  // The postmaster finds its other files from the path in argv[0]; a bare name would be searched in PATH.
  ::execl(binary.c_str(), binary.c_str(), "-D", data.c_str(), "-k", socket.c_str(),
          static_cast<char*>(nullptr));
  fail("cannot start " + binary.string());
}

}  // namespace

ClusterPaths cluster_paths(const fs::path& data_folder) {
  const fs::path folder = resolved(data_folder);
  ClusterPaths paths{folder / "postgresql", folder / "run"};
  // sun_path holds 108 bytes with the terminating zero; libpq takes a comma for a list of hosts.
  constexpr std::size_t longest = 107;
  const std::string socket = paths.socket / ".s.PGSQL.5432";
  if (socket.size() <= longest && socket.find(',') == std::string::npos) return paths;
  const std::string name = to_hex(sha256(folder.string())).substr(0, 16);
  paths.socket = fs::is_directory("/run/glisson") ? fs::path("/run/glisson") / name
                                                  : fs::path("/tmp") / ("glisson-" + name);
  return paths;
}

std::string cluster_url(const fs::path& data_folder) {
  const ClusterPaths paths = cluster_paths(data_folder);
  std::string host;
  for (const char c : paths.socket.string()) {
    if (c == '\'' || c == '\\') host += '\\';
    host += c;
  }
  std::string url = "host='" + host + "' port=5432 dbname=glisson user=glisson";
  // A folder in /tmp may be anybody's: talk only to a server that the owner of the cluster runs.
  struct stat status {};
  if (::stat(paths.data.c_str(), &status) == 0) {
    if (const passwd* owner = ::getpwuid(status.st_uid); owner != nullptr) {
      url += std::string(" requirepeer='") + owner->pw_name + "'";
    }
  }
  return url;
}

void run_postmaster(const fs::path& data_folder) try {
  const pid_t parent = ::getppid();
  if (::geteuid() == 0) refuse("PostgreSQL does not run as root");
  ::setsid();
  const fs::path folder = resolved(data_folder);
  const ClusterPaths paths = cluster_paths(folder);
  const fs::path binaries = server_programs();
  ::umask(0077);
  std::error_code error;
  fs::create_directories(folder, error);
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    refuse("user " + user_name() + " cannot enter the data folder " + folder.string() + ": " +
           std::strerror(errno));
  }
  const int log = open_log(folder);
  const int lock = take_over_cluster(paths.data, paths.socket, folder / "postgresql.lock");
  set_up_cluster(binaries, paths.data, log);
  make_private_folder(paths.socket, 0755);
  ::chmod(paths.socket.c_str(), 0755);

  ::prctl(PR_SET_PDEATHSIG, SIGINT);
  if (::getppid() != parent) ::_exit(0);
  become_postmaster(binaries / "postgres", paths, lock, log);
} catch (const fs::filesystem_error& error) {
  throw TransientError(std::string("PostgreSQL's data folder: ") + error.what());
}

}  // namespace glisson::storage
