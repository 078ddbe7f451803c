#include "storage/cluster.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "engine/digest.hpp"
#include "engine/errors.hpp"
#include "storage/cluster_leftovers.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why) {
  throw RejectedInput(RejectionReason::invalid_settings, why);
}

[[noreturn]] void fail(const std::string& what) { throw TransientError(what + ": " + std::strerror(errno)); }

fs::path resolved(const fs::path& folder) {
  fs::path path = fs::weakly_canonical(fs::absolute(folder));
  return path.has_filename() ? path : path.parent_path();
}

/// The folder of PostgreSQL's server programs: version 15 of Debian 12, else the newest, else in PATH.
fs::path programs() {
  const fs::path versions = "/usr/lib/postgresql";
  fs::path best = versions / "15" / "bin";
  if (fs::exists(best / "postgres")) return best;
  best.clear();
  int newest = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(versions, error)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > newest && fs::exists(entry.path() / "bin" / "postgres")) {
      newest = version;
      best = entry.path() / "bin";
    }
  }
  if (!best.empty()) return best;
  const char* variable = std::getenv("PATH");
  std::string path = variable != nullptr ? variable : "";
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const fs::path folder = path.substr(begin, end - begin);
    if (fs::exists(folder / "postgres") && fs::exists(folder / "initdb")) return folder;
    begin = end + 1;
  }
  refuse(
      "PostgreSQL's server programs are not installed (Debian: postgresql-15), and no database URL is set");
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr) refuse("the user that runs Glisson has no name (no passwd entry)");
  return entry->pw_name;
}

void write_file(const fs::path& path, const std::string& content) {
  const fs::path unfinished = path.string() + ".new";
  {
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    file << content;
    file.flush();
    if (!file) fail("cannot write " + unfinished.string());
  }
  fs::rename(unfinished, path);
}

/// Runs a program to its end with `input` on its standard input and its output in the log.
void run_program(const std::vector<std::string>& command, const std::string& input, int log) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("cannot create a pipe");
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail("cannot start " + command.front());
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(ends[0], STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ::close(ends[0]);
  const ssize_t written = ::write(ends[1], input.data(), input.size());
  ::close(ends[1]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (written != static_cast<ssize_t>(input.size()) || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw TransientError(fs::path(command.front()).filename().string() +
                         " failed; see postgresql.log in the data folder");
  }
}

/// Creates the cluster with its role and database beside its place and moves it there when it is whole.
void create_cluster(const fs::path& binaries, const fs::path& data, int log) {
  const fs::path unfinished = data.string() + ".new";
  fs::remove_all(unfinished);
  run_program({binaries / "initdb", "--pgdata=" + unfinished.string(), "--username=postgres",
               "--locale=C.UTF-8", "--encoding=UTF8", "--auth=peer", "--data-checksums"},
              "", log);
  // Single-user mode takes one statement a line.
  run_program({binaries / "postgres", "--single", "-D", unfinished, "-c", "log_checkpoints=off", "postgres"},
              "create role glisson login\n"
              "create database glisson owner glisson\n"
              "alter role glisson set search_path = glisson, public\n",
              log);
  {
    std::ofstream settings(unfinished / "postgresql.conf", std::ios::app);
    settings << "\n# Glisson writes this file at every start; ALTER SYSTEM and lines below it prevail.\n"
                "include = 'glisson.conf'\n";
    if (!settings.flush()) fail("cannot write " + (unfinished / "postgresql.conf").string());
  }
  fs::rename(unfinished, data);
}

/// Who may connect, and settings of the server. Its log never holds a statement, a parameter or a key value:
/// errors go to the client alone (log_min_messages), details nowhere (terse).
void write_settings(const fs::path& data) {
  write_file(data / "pg_hba.conf", "local all all peer map=glisson\n");
  const std::string user = user_name();
  std::string map;
  for (const std::string& system_user : {user, std::string(user == "root" ? "" : "root")}) {
    if (system_user.empty()) continue;
    for (const char* role : {"glisson", "postgres"}) map += "glisson \"" + system_user + "\" " + role + "\n";
  }
  write_file(data / "pg_ident.conf", map);
  write_file(data / "glisson.conf",
             "listen_addresses = ''\n"
             "max_connections = 200\n"
             "shared_buffers = 128MB\n"
             "jit = off\n"
             "fsync = on\n"
             "full_page_writes = on\n"
             "recovery_init_sync_method = syncfs\n"
             "synchronous_commit = on\n"
             "autovacuum_naptime = 15s\n"
             "lc_messages = 'C'\n"
             "logging_collector = off\n"
             "log_destination = 'stderr'\n"
             "log_line_prefix = '%m [%p] '\n"
             "log_min_messages = log\n"
             "log_min_error_statement = panic\n"
             "log_error_verbosity = terse\n"
             "log_parameter_max_length = 0\n"
             "log_parameter_max_length_on_error = 0\n"
             "log_statement = none\n"
             "log_checkpoints = off\n");
}

void check_version(const fs::path& binaries, const fs::path& data) {
  std::string cluster;
  std::ifstream(data / "PG_VERSION") >> cluster;
  if (cluster.empty()) refuse("the folder postgresql in the data folder is not a PostgreSQL cluster");
  std::string version;
  const std::string command = "'" + (binaries / "postgres").string() + "' --version";
  FILE* output = ::popen(command.c_str(), "re");
  if (output == nullptr) fail("cannot run postgres --version");
  char line[256] = "";
  if (std::fgets(line, sizeof line, output) != nullptr) version = line;
  ::pclose(output);
  const std::size_t digits = version.find_first_of("0123456789");
  const int server = digits == std::string::npos ? 0 : std::atoi(version.c_str() + digits);
  if (std::to_string(server) != cluster) {
    refuse("the data folder holds a cluster of PostgreSQL " + cluster + ", installed is version " +
           std::to_string(server) + ": install version " + cluster + " or move the data with pg_upgrade");
  }
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
  ::execl(binary.c_str(), "postgres", "-D", data.c_str(), "-k", socket.c_str(), static_cast<char*>(nullptr));
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

void run_postmaster(const fs::path& data_folder) {
  const pid_t parent = ::getppid();
  if (::geteuid() == 0) refuse("PostgreSQL does not run as root");
  ::setsid();
  const fs::path folder = resolved(data_folder);
  const ClusterPaths paths = cluster_paths(folder);
  const fs::path binaries = programs();
  ::umask(0077);
  std::error_code error;
  fs::create_directories(folder, error);
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    refuse("user " + user_name() + " cannot enter the data folder " + folder.string() + ": " +
           std::strerror(errno));
  }
  const int log = open_log(folder);
  const int lock = take_over_cluster(paths.data, paths.socket, folder / "postgresql.lock");
  if (!fs::exists(paths.data)) create_cluster(binaries, paths.data, log);
  check_version(binaries, paths.data);
  write_settings(paths.data);
  make_private_folder(paths.socket, 0755);
  ::chmod(paths.socket.c_str(), 0755);

  ::prctl(PR_SET_PDEATHSIG, SIGINT);
  if (::getppid() != parent) ::_exit(0);
  become_postmaster(binaries / "postgres", paths, lock, log);
}

}  // namespace glisson::storage
