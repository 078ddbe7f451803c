#pragma once

#include <chrono>
#include <string>

namespace glisson::server {

/// Tells systemd how the service is (sd_notify(3)). Where NOTIFY_SOCKET is not set nobody asked, and nothing
/// is sent.
class ServiceManager {
 public:
  /// Learns from WATCHDOG_USEC and WATCHDOG_PID how often signs of life are asked for.
  ServiceManager();

  /// Started, or a reload has ended.
  /// @param status one line for `systemctl status`.
  void ready(const std::string& status);
  void reloading();
  void stopping(const std::string& status);
  /// Says it where it is not what was said last.
  void status(const std::string& text);
  /// A sign of life, four times as often as is asked for at most. Called from the loop that does the work, so
  /// that it ends when the work does.
  void alive();

 private:
  std::string status_;
  std::chrono::microseconds interval_{0};  ///< 0: no watchdog.
  std::chrono::steady_clock::time_point next_;
};

}  // namespace glisson::server
