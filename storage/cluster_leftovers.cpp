#include "storage/cluster_leftovers.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A process as /proc shows it. Zombies hold nothing any more and have no working directory.
struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string name;
};

std::string name_of(pid_t pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name;
}

pid_t parent_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("PPid:", 0) == 0) return static_cast<pid_t>(std::atol(line.c_str() + 5));
  }
  return 0;
}

/// PostgreSQL's processes on a cluster: all have PGDATA as their working directory.
std::vector<Process> processes_on(const fs::path& data) {
  std::vector<Process> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const auto pid = static_cast<pid_t>(std::atol(entry.path().filename().c_str()));
    if (pid <= 0 || pid == ::getpid()) continue;
    const fs::path folder = fs::read_symlink(entry.path() / "cwd", error);
    if (error || folder != data) continue;
    Process process{pid, parent_of(pid), name_of(pid)};
    if (process.name.rfind("postgres", 0) == 0) found.push_back(process);
  }
  return found;
}

pid_t recorded_postmaster(const fs::path& data) {
  long pid = 0;
  std::ifstream(data / "postmaster.pid") >> pid;
  return static_cast<pid_t>(pid);
}

/// What a postmaster without a service is told, the longer the more firmly: one that is told to shut down
/// while it recovers from a killed backend may wait for its checkpointer for ever (PostgreSQL 15).
int shutdown_signal(Clock::duration waited) {
  if (waited < std::chrono::seconds(5)) return SIGINT;
  return waited < std::chrono::seconds(15) ? SIGQUIT : SIGKILL;
}

/// Signals what nobody looks after any more. `waited`: since it was first told.
void end_orphans(const std::vector<Process>& processes, pid_t recorded, Clock::duration waited) {
  const std::string service = name_of(::getppid());
  for (const Process& process : processes) {
    if (process.pid == recorded) {
      // A service is its parent, as one is ours; an orphan was given to init or to another reaper.
      if (name_of(process.parent) != service) ::kill(process.pid, shutdown_signal(waited));
      return;
    }
  }
  const int signal = waited > std::chrono::seconds(5) ? SIGKILL : SIGQUIT;
  for (const Process& process : processes) ::kill(process.pid, signal);
}

}  // namespace

int take_over_cluster(const fs::path& data, const fs::path& socket, const fs::path& lock_file) {
  const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock < 0) throw TransientError("cannot open " + lock_file.string() + ": " + std::strerror(errno));
  const auto begin = Clock::now();
  for (auto signalled = begin - std::chrono::hours(1);;) {
    const std::vector<Process> processes = processes_on(data);
    if (processes.empty() && ::flock(lock, LOCK_EX | LOCK_NB) == 0) break;
    const auto waited = Clock::now() - begin;
    if (waited > std::chrono::seconds(30)) {
      ::close(lock);
      throw TransientError("another PostgreSQL server still uses " + data.string());
    }
    if (Clock::now() - signalled > std::chrono::seconds(1)) {
      end_orphans(processes, recorded_postmaster(data), waited);
      signalled = Clock::now();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::error_code error;
  fs::remove(data / "postmaster.pid", error);
  fs::remove(socket / ".s.PGSQL.5432.lock", error);
  fs::remove(socket / ".s.PGSQL.5432", error);
  return lock;
}

}  // namespace glisson::storage
