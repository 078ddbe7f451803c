#include "server/role_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "config/running_settings.hpp"

namespace glisson::server {
namespace {

/// Between fork and exec: only async-signal-safe calls. Signals are blocked on entry.
[[noreturn]] void become(int binary, int control, int settings, const char* name, char* const* arguments,
                         char* const* environment) {
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
  // After the control socket, which may be at this number.
  if (::dup2(settings, settings_descriptor) < 0) ::_exit(127);
  // Asio opens its sockets without close-on-exec: in a child the listener and the connections that wait would
  // outlive the supervisor's closing them.
  ::close_range(settings_descriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ::fexecve(binary, arguments, environment);
  ::_exit(127);
}

/// A descriptor that stands clear of the numbers that the children know.
Descriptor moved_up(Descriptor descriptor) {
  if (descriptor.get() > settings_descriptor) return descriptor;
  Descriptor moved(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, settings_descriptor + 1));
  if (!moved) throw std::system_error(errno, std::generic_category(), "fcntl");
  return moved;
}

/// What a child need not know: systemd would take its words, or PostgreSQL's, for the supervisor's.
bool is_between_systemd_and_us(std::string_view variable) {
  return variable.starts_with("NOTIFY_SOCKET=") || variable.starts_with("WATCHDOG_");
}

std::vector<std::string> environment_of_children() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!is_between_systemd_and_us(*variable)) variables.emplace_back(*variable);
  }
  return variables;
}

/// For exec: the texts, and a null pointer behind them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

RoleLauncher::RoleLauncher(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)),
      environment_(environment_of_children()),
      binary_(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)) {
  if (!binary_) throw std::system_error(errno, std::generic_category(), "open /proc/self/exe");
  binary_ = moved_up(std::move(binary_));
}

void RoleLauncher::set_settings(const config::Settings& settings) {
  const std::string text = config::settings_text(settings);
  Descriptor file(::memfd_create("glisson settings", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    throw std::system_error(errno, std::generic_category(), "settings in memory");
  }
  settings_ = moved_up(std::move(file));
}

RoleProcess RoleLauncher::start(const std::string& role, const std::vector<std::string>& more) const {
  auto [ours, theirs] = make_control_sockets();
  std::vector<std::string> texts{"glisson", "serve"};
  texts.insert(texts.end(), arguments_.begin(), arguments_.end());
  texts.insert(texts.end(), {"--role", role});
  texts.insert(texts.end(), more.begin(), more.end());
  const std::vector<char*> arguments = pointers_to(texts);
  std::vector<std::string> variables = environment_;
  const std::vector<char*> environment = pointers_to(variables);

  // A signal to the child must not run the supervisor's handlers in it.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(binary_.get(), theirs.get(), settings_.get(), role.c_str(), arguments.data(), environment.data());
  }
  const int failure = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw std::system_error(failure, std::generic_category(), "fork");
  return RoleProcess{pid, std::move(ours)};
}

config::Settings inherited_settings() {
  const Descriptor file(settings_descriptor);
  std::string text;
  std::array<char, 4096> part{};
  // By offset: the offset of the open file is common to all children.
  for (ssize_t size = 0;
       (size = ::pread(file.get(), part.data(), part.size(), static_cast<off_t>(text.size()))) != 0;) {
    if (size < 0) throw std::system_error(errno, std::generic_category(), "settings of the supervisor");
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  return config::parse_settings(text, "settings of the supervisor");
}

}  // namespace glisson::server
