#include "server/single_role.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "server/control_socket.hpp"
#include "server/sandbox/sandbox.hpp"

namespace glisson::server {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

void SingleRole::begin(const RoleLauncher& launcher, const std::string& role) {
  started_ = steady_clock::now();
  const bool works_on_jobs = role == "analysis" || role == "delivery";
  RoleProcess process = launcher.start(
      role, works_on_jobs && predecessor_ ? to_arguments(*predecessor_) : std::vector<std::string>{});
  pid_ = process.pid;
  control_ = std::move(process.control);
  silence_.reset();
  reports_ = {};
  finishing_ = false;
}

ProcessEnd SingleRole::end(const std::string& role, int status) {
  read();
  ProcessEnd end = process_end(role, std::exchange(pid_, -1), status, reports_);
  control_.reset();
  predecessor_ = end;
  return end;
}

void SingleRole::tell_to_stop() {
  control_.reset();
  silence_.reset();  // It has nobody to report to.
}

void SingleRole::finish() {
  if (!control_) return;
  // Closed for writing only: a worker sees the end of the control socket and can still report.
  ::shutdown(control_.get(), SHUT_WR);
  finishing_ = true;
}

pid_t SingleRole::part() {
  tell_to_stop();
  return std::exchange(pid_, -1);
}

bool SingleRole::end_if_silent(std::chrono::milliseconds since_last_look, std::chrono::seconds at_most) {
  if (pid_ < 0) return false;
  read();
  if (!silence_ || reports_.silent_seconds > 0) return false;
  *silence_ += since_last_look;
  if (*silence_ <= at_most) return false;
  reports_.silent_seconds = static_cast<int>(at_most.count());
  ::kill(pid_, SIGKILL);
  return true;
}

std::chrono::milliseconds SingleRole::pause_before_restart() {
  const bool lived = steady_clock::now() - started_ > 10s;
  back_off_ = lived ? 0ms : std::clamp(back_off_ * 2, 100ms, 2000ms);
  return back_off_;
}

void SingleRole::read() {
  if (!control_) return;
  for (const std::string& report : read_reports(control_.get())) {
    shows_life();
    if (const auto call = refused_call(report); !call.empty()) reports_.refused_call = call;
    if (heard) heard(report);
  }
}

}  // namespace glisson::server
