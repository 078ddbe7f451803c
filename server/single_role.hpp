#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "server/process_end.hpp"
#include "server/role_process.hpp"

namespace glisson::server {

/// A role of which one process runs; started again, with growing pauses, when it dies.
class SingleRole {
 public:
  explicit SingleRole(boost::asio::io_context& loop) : restart(loop) {}

  pid_t pid() const { return pid_; }  ///< -1 while none runs.

  /// Starts a process and tells it how the last one ended.
  /// @throws std::system_error
  void begin(const RoleLauncher& launcher, const std::string& role);
  /// For whoever talks to the process in the place of this object.
  Descriptor take_control() { return std::move(control_); }
  /// Its process was reaped.
  ProcessEnd end(const std::string& role, int status);
  /// Closes the control socket: the process finishes the work in hand and ends.
  void tell_to_stop();
  /// Has the process finish the work in hand and end, for another to be started in its place; its signs of
  /// life count until then.
  void finish();
  bool finishing() const { return finishing_; }
  /// Lets the process end by itself, in its own time, and forgets it: another may be started beside it.
  pid_t part();
  /// A sign of life that came another way than by the control socket.
  void shows_life() { silence_ = std::chrono::milliseconds(0); }
  /// Ends a process that has reported to be alive before and not for `at_most`; as
  /// AssociationPool::end_silent().
  bool end_if_silent(std::chrono::milliseconds since_last_look, std::chrono::seconds at_most);
  /// Before the next start; grows while processes die young.
  std::chrono::milliseconds pause_before_restart();

  boost::asio::steady_timer restart;
  /// Told of each report, signs of life included. May be empty.
  std::function<void(const std::string&)> heard;

 private:
  void read();

  pid_t pid_ = -1;
  Descriptor control_;
  std::chrono::steady_clock::time_point started_;
  std::optional<std::chrono::milliseconds> silence_;  ///< Since its last sign of life; none before the first.
  LastReports reports_;
  std::optional<ProcessEnd> predecessor_;
  bool finishing_ = false;
  std::chrono::milliseconds back_off_{0};
};

}  // namespace glisson::server
