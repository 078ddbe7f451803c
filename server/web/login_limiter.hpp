#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace glisson::server {

/// Who tries to sign in, and from where.
struct Attempt {
  std::string account;   ///< As typed in.
  std::string password;  ///< What its stored password is known by: a new one starts without failures.
  std::string address;
  /// Others come from this address too, as from loopback (tunnels) or by the reverse proxy.
  bool shared_address = false;
};

/// Counts failed sign-ins of the last ten minutes, so that nobody guesses passwords quickly. Ten lock the
/// account for the address that they came from; whoever mistypes locks nobody else out, nor the owner at
/// another place. Fifty lock the account for all addresses, and an address that is not shared for all
/// accounts: with these, one guesses with many at once. A lock ends when the first of its failures is ten
/// minutes old. Of at most 10,000 accounts and addresses; what failed longest ago is forgotten first.
class LoginLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// @return how long the next attempt must wait; none when it may be made now.
  std::optional<std::chrono::seconds> wait(const Attempt& attempt, Clock::time_point now = Clock::now());
  void failed(const Attempt& attempt, Clock::time_point now = Clock::now());
  /// The account's failures from this address are forgotten; the others are not, or a guesser with one
  /// account would have as many attempts at others as wanted.
  void succeeded(const Attempt& attempt);

 private:
  std::map<std::string, std::deque<Clock::time_point>> failures_;
};

}  // namespace glisson::server
