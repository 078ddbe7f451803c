#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace glisson::server {

/// Watches the control socket of a role process in a thread of its own: stopping() turns true when the
/// supervisor closes it (an orderly stop) or dies.
class StopWatch {
 public:
  explicit StopWatch(int control);
  ~StopWatch();
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;

  bool stopping() const;
  /// Sleeps until the time is over or the process is to stop.
  void pause(std::chrono::milliseconds time) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  int wake_ = -1;  ///< eventfd that ends the thread.
  std::thread thread_;
};

}  // namespace glisson::server
