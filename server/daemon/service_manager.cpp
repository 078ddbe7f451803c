#include "server/daemon/service_manager.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

namespace glisson::server {
namespace {

using std::chrono::steady_clock;

/// A line of its own would be a field of its own.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

ServiceManager::ServiceManager() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) > 0) interval_ = std::chrono::microseconds(microseconds / 4);
}

void ServiceManager::ready(const std::string& status) {
  status_ = one_line(status);
  ::sd_notify(0, fmt::format("READY=1\nSTATUS={}", status_).c_str());
}

void ServiceManager::reloading() {
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now().time_since_epoch());
  ::sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()).c_str());
}

void ServiceManager::stopping(const std::string& status) {
  status_ = one_line(status);
  ::sd_notify(0, fmt::format("STOPPING=1\nSTATUS={}", status_).c_str());
}

void ServiceManager::status(const std::string& text) {
  const std::string line = one_line(text);
  if (line == status_) return;
  status_ = line;
  ::sd_notify(0, fmt::format("STATUS={}", status_).c_str());
}

void ServiceManager::alive() {
  const auto now = steady_clock::now();
  if (interval_.count() == 0 || now < next_) return;
  next_ = now + interval_;
  ::sd_notify(0, "WATCHDOG=1");
}

}  // namespace glisson::server
