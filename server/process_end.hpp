#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace glisson::server {

/// Exit status of a worker that may not open a new connection in place of the one that broke (EX_TEMPFAIL).
inline constexpr int exit_connection_lost = 75;

/// How a role process ended. The supervisor tells the process that it starts in its place, which tells the
/// queue: so a job is free at once, not when its lease runs out, and its attempt says what happened.
struct ProcessEnd {
  pid_t pid = -1;
  std::string reason;  ///< "process_ended", "sandbox_violation", "no_answer" or "connection_lost".
  std::string detail;  ///< A sentence for people.

  /// The database was gone: no job is to blame.
  bool job_at_fault() const { return reason != "connection_lost"; }
};

/// What a process is known to have done before it ended.
struct LastReports {
  std::string refused_call;  ///< The system call that the sandbox refused; empty: none.
  int silent_seconds = 0;    ///< Not 0: the supervisor ended it after so long without a sign of life.
};

/// @param status of waitpid().
ProcessEnd process_end(const std::string& role, pid_t pid, int status, const LastReports& reports);

/// Option of the role processes' command line, and back.
std::vector<std::string> to_arguments(const ProcessEnd& end);
/// @param values of the option --predecessor; none when they are not such.
std::optional<ProcessEnd> predecessor_from(const std::vector<std::string>& values);

}  // namespace glisson::server
