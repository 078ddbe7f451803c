#pragma once

#include <chrono>
#include <map>
#include <string>

namespace glisson::server {

/// What each address did in the minute at hand, so that no stranger fills the log or keeps the database busy
/// with refusals. Who has been refused too often rests until the minute is over: its associations are turned
/// away by the supervisor, transiently, before anybody has looked at them.
class CallerCounts {
 public:
  using Clock = std::chrono::steady_clock;

  /// Refused for good: of one calling title from one address, and of all titles from it.
  static constexpr int most_refusals_of_title = 30;
  static constexpr int most_refusals_of_address = 120;
  /// Associations that have a line of their own in the log.
  static constexpr int most_lines_of_address = 200;

  /// One more association of an address; false when it is to leave no line in the log.
  bool may_be_logged(const std::string& address, Clock::time_point now = Clock::now());
  /// An association was refused for good.
  void count_refusal(const std::string& address, const std::string& title,
                     Clock::time_point now = Clock::now());
  bool rests(const std::string& address, const std::string& title, Clock::time_point now = Clock::now());

 private:
  struct Caller {
    int associations = 0;
    int refusals = 0;
    std::map<std::string, int> refusals_by_title;
  };
  void turn_over(Clock::time_point now);

  Clock::time_point minute_began_{};
  std::map<std::string, Caller> callers_;  ///< By address.
};

}  // namespace glisson::server
