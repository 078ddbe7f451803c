#include "server/role_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace glisson::server {
namespace {

/// Between fork and exec: only async-signal-safe calls. Signals are blocked on entry.
[[noreturn]] void become(int binary, int control, const char* name, char* const* arguments) {
  ::setpgid(0, 0);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD, SIGPIPE}) ::signal(signal, SIG_DFL);
  // Asks for files to be read anew, which a role that has no handler for it yet will read anyway.
  ::signal(SIGHUP, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_NAME, name);
  // dup2 onto itself would keep close-on-exec.
  if (control == control_descriptor) {
    ::fcntl(control, F_SETFD, 0);
  } else if (::dup2(control, control_descriptor) < 0) {
    ::_exit(127);
  }
  // Asio opens its sockets without close-on-exec: in a child the listener and the connections that wait would
  // outlive the supervisor's closing them.
  ::close_range(control_descriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ::fexecve(binary, arguments, environ);
  ::_exit(127);
}

}  // namespace

RoleLauncher::RoleLauncher(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)), binary_(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)) {
  if (!binary_) throw std::system_error(errno, std::generic_category(), "open /proc/self/exe");
  // Descriptor 3 is the children's control socket: the binary must stay clear of it.
  if (binary_.get() <= control_descriptor) {
    binary_ = Descriptor(::fcntl(binary_.get(), F_DUPFD_CLOEXEC, control_descriptor + 1));
  }
}

RoleProcess RoleLauncher::start(const std::string& role, const std::vector<std::string>& more) const {
  auto [ours, theirs] = make_control_sockets();
  std::vector<std::string> texts{"glisson", "serve"};
  texts.insert(texts.end(), arguments_.begin(), arguments_.end());
  texts.insert(texts.end(), {"--role", role});
  texts.insert(texts.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  // A signal to the child must not run the supervisor's handlers in it.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become(binary_.get(), theirs.get(), role.c_str(), arguments.data());
  const int failure = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw std::system_error(failure, std::generic_category(), "fork");
  return RoleProcess{pid, std::move(ours)};
}

}  // namespace glisson::server
