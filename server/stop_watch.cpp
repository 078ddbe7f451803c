#include "server/stop_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace glisson::server {

StopWatch::StopWatch(int control) : wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this, control] {
    std::array<pollfd, 2> sources{pollfd{control, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    // The supervisor never writes to a worker: anything that wakes is the end of the stream.
    while (::poll(sources.data(), sources.size(), -1) < 0 && errno == EINTR) {
    }
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  });
}

StopWatch::~StopWatch() {
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(wake_);
}

bool StopWatch::stopping() const {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

void StopWatch::pause(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace glisson::server
