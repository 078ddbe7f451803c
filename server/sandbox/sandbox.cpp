#include "server/sandbox/sandbox.hpp"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "server/log.hpp"
#include "server/sandbox/landlock.hpp"
#include "server/sandbox/system_call_filter.hpp"

namespace glisson::server {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

/// Where reports of refused calls go; written before the handler that reads it is installed.
int report_to = -1;

/// Only async-signal-safe calls. SIGSYS is raised again under its standard action (SA_RESETHAND), which ends
/// the process once the handler returns.
void report_and_end(int signal, siginfo_t* info, void* /*context*/) {
  const int error = errno;
  std::array<char, 16> message{refused_call_message};
  const auto end = std::to_chars(message.data() + 1, message.data() + message.size(), info->si_syscall).ptr;
  if (report_to >= 0) {
    ::send(report_to, message.data(), static_cast<std::size_t>(end - message.data()),
           MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  errno = error;
  ::raise(signal);
}

void require_one_thread() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  if (std::distance(begin(threads), end(threads)) != 1) {
    throw std::logic_error("the sandbox must be entered before the first thread is started");
  }
}

void check(int result, const char* what) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), what);
}

void limit(__rlimit_resource resource, rlim_t value) {
  rlimit limits{};
  check(::getrlimit(resource, &limits), "getrlimit");
  limits.rlim_max = std::min(limits.rlim_max, value);
  limits.rlim_cur = limits.rlim_max;
  check(::setrlimit(resource, &limits), "setrlimit");
}

/// What libraries read by themselves: shared objects, the DICOM dictionary, character sets, time zones, names
/// of users and hosts, and how many processors there are. Of /etc no more than that: keys and passwords lie
/// there.
std::vector<std::filesystem::path> readable_paths(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::filesystem::path> paths{"/usr",
                                           "/lib",
                                           "/lib64",
                                           "/etc/ld.so.cache",
                                           "/etc/localtime",
                                           "/etc/nsswitch.conf",
                                           "/etc/passwd",
                                           "/etc/group",
                                           "/etc/hosts",
                                           "/etc/host.conf",
                                           "/etc/resolv.conf",
                                           "/etc/ssl/openssl.cnf",
                                           "/proc/self",
                                           "/sys/devices/system",
                                           "/sys/fs/cgroup",
                                           "/dev/null",
                                           "/dev/zero",
                                           "/dev/urandom"};
  paths.insert(paths.end(), folders.begin(), folders.end());
  return paths;
}

}  // namespace

bool sandbox_available() noexcept { return !sanitized; }

void enter_sandbox(const SandboxRules& rules) {
  if (!sandbox_available()) {
    log::warning("built with a sanitizer: this process is not confined");
    return;
  }
  require_one_thread();
  limit(RLIMIT_CORE, 0);
  if (rules.memory > 0) limit(RLIMIT_DATA, rules.memory);
  check(::prctl(PR_SET_DUMPABLE, 0), "PR_SET_DUMPABLE");
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
  if (!confine_files(readable_paths(rules.readable), rules.writable)) {
    log::warning("this kernel has no Landlock: a confined process can read what its user can read");
  }
  report_to = rules.control;
  struct sigaction action {};
  action.sa_sigaction = &report_and_end;
  action.sa_flags = SA_SIGINFO | SA_RESETHAND;
  check(::sigaction(SIGSYS, &action, nullptr), "sigaction");
  filter_system_calls(!rules.writable.empty(), rules.new_sockets);
}

std::string refused_call(const std::string& message) {
  if (message.empty() || message.front() != refused_call_message) return {};
  const std::string number = message.substr(1);
  const std::unique_ptr<char, void (*)(void*)> name(
      seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, std::atoi(number.c_str())), &std::free);
  return name ? name.get() : number;
}

}  // namespace glisson::server
