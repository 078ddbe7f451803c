#pragma once

#include <chrono>

namespace glisson::server {

/// Watches the control socket of a role process: stopping() turns true when the supervisor closes it (an
/// orderly stop) or dies. The supervisor sends nothing to a worker: whatever is there to read is the end.
class StopWatch {
 public:
  explicit StopWatch(int control) : control_(control) {}

  bool stopping() const;
  /// Once stopping: the supervisor has ended its side, too. False where it still reads, because another
  /// process is to take this one's place (SingleRole::finish).
  bool service_ends() const;
  /// Sleeps until the time is over or the process is to stop.
  void pause(std::chrono::milliseconds time) const;

 private:
  int control_;
};

}  // namespace glisson::server
