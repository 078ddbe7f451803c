#include "server/process_end.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <charconv>
#include <csignal>
#include <cstring>

namespace glisson::server {

ProcessEnd process_end(const std::string& role, pid_t pid, int status, const LastReports& reports) {
  if (!reports.refused_call.empty()) {
    return {pid, "sandbox_violation",
            fmt::format("The sandbox refused the system call {} to the {} process and ended it.",
                        reports.refused_call, role)};
  }
  if (reports.silent_seconds > 0) {
    return {pid, "no_answer",
            fmt::format("The {} process gave no sign of life for {} s and was ended.", role,
                        reports.silent_seconds)};
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* name = ::sigabbrev_np(signal);
    return {pid, "process_ended",
            fmt::format("The {} process was ended by signal {} (SIG{}).", role, signal,
                        name != nullptr ? name : "")};
  }
  if (WEXITSTATUS(status) == exit_connection_lost)
    return {pid, "connection_lost", fmt::format("The {} process lost its connection to PostgreSQL.", role)};
  return {pid, "process_ended",
          fmt::format("The {} process ended with exit status {}.", role, WEXITSTATUS(status))};
}

std::vector<std::string> to_arguments(const ProcessEnd& end) {
  return {"--predecessor", std::to_string(end.pid), end.reason, end.detail};
}

std::optional<ProcessEnd> predecessor_from(const std::vector<std::string>& values) {
  if (values.size() != 3) return std::nullopt;
  ProcessEnd end{-1, values[1], values[2]};
  const std::string& pid = values[0];
  const auto parsed = std::from_chars(pid.data(), pid.data() + pid.size(), end.pid);
  if (parsed.ec != std::errc() || end.pid <= 0) return std::nullopt;
  return end;
}

}  // namespace glisson::server
