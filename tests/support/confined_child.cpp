#include "tests/support/confined_child.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "server/control_socket.hpp"

namespace glisson::tests {

End in_child(const std::function<int()>& work, const server::SandboxRules* rules) {
  auto [ours, theirs] = server::make_control_sockets();
  const pid_t child = ::fork();
  if (child == 0) {
    if (rules != nullptr) {
      server::SandboxRules confined = *rules;
      confined.control = theirs.get();
      server::enter_sandbox(confined);
    }
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  End end;
  if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  end.reports = server::read_reports(ours.get());
  return end;
}

}  // namespace glisson::tests
