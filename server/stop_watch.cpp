#include "server/stop_watch.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace glisson::server {
namespace {

/// True when there is something to read before `until`.
bool ends_before(int control, std::chrono::steady_clock::time_point until) {
  for (;;) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd source{control, POLLIN, 0};
    const int ready = ::poll(&source, 1, static_cast<int>(std::max<std::int64_t>(0, rest.count())));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

}  // namespace

bool StopWatch::stopping() const { return ends_before(control_, std::chrono::steady_clock::now()); }

bool StopWatch::service_ends() const {
  pollfd source{control_, 0, 0};
  return ::poll(&source, 1, 0) > 0 && (source.revents & POLLHUP) != 0;
}

void StopWatch::pause(std::chrono::milliseconds time) const {
  ends_before(control_, std::chrono::steady_clock::now() + time);
}

}  // namespace glisson::server
