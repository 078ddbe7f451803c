#include "storage/cluster_setup.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why) {
  throw RejectedInput(RejectionReason::unsuitable_host, why);
}

[[noreturn]] void fail(const std::string& what) { throw TransientError(what + ": " + std::strerror(errno)); }

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
    arguments.reserve(command.size() + 1);
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

}  // namespace

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr) refuse("the user that runs Glisson has no name (no passwd entry)");
  return entry->pw_name;
}

fs::path server_programs() {
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
    fs::path folder = path.substr(begin, end - begin);
    if (fs::exists(folder / "postgres") && fs::exists(folder / "initdb")) return folder;
    begin = end + 1;
  }
  refuse(
      "PostgreSQL's server programs are not installed (Debian: postgresql-15), and no database URL is set");
}

void set_up_cluster(const fs::path& binaries, const fs::path& data, int log) {
  if (!fs::exists(data)) create_cluster(binaries, data, log);
  check_version(binaries, data);
  write_settings(data);
}

}  // namespace glisson::storage
