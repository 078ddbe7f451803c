#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace glisson::server {

/// Counts failed sign-ins by address and by account, so that nobody guesses passwords quickly: after ten
/// failures within ten minutes the next one waits until the first of them is ten minutes old. Of at most
/// 10,000 addresses and accounts; the one that failed longest ago is forgotten first.
class LoginLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// @return how long the next attempt must wait; none when it may be made now.
  std::optional<std::chrono::seconds> wait(const std::string& address, const std::string& account,
                                           Clock::time_point now = Clock::now());
  void failed(const std::string& address, const std::string& account, Clock::time_point now = Clock::now());
  /// The account's failures are forgotten; those of the address are not, or a guesser with one account would
  /// have as many attempts at others as wanted.
  void succeeded(const std::string& account);

 private:
  std::optional<std::chrono::seconds> wait_of(const std::string& key, Clock::time_point now);
  void count(const std::string& key, Clock::time_point now);

  std::map<std::string, std::deque<Clock::time_point>> failures_;
};

}  // namespace glisson::server
