#include "server/admission/caller_counts.hpp"

namespace glisson::server {

void CallerCounts::turn_over(Clock::time_point now) {
  if (now - minute_began_ < std::chrono::minutes(1)) return;
  minute_began_ = now;
  callers_.clear();
}

bool CallerCounts::may_be_logged(const std::string& address, Clock::time_point now) {
  turn_over(now);
  return ++callers_[address].associations <= most_lines_of_address;
}

void CallerCounts::count_refusal(const std::string& address, const std::string& title,
                                 Clock::time_point now) {
  turn_over(now);
  Caller& caller = callers_[address];
  ++caller.refusals;
  ++caller.refusals_by_title[title];
}

bool CallerCounts::rests(const std::string& address, const std::string& title, Clock::time_point now) {
  turn_over(now);
  const auto caller = callers_.find(address);
  if (caller == callers_.end()) return false;
  if (caller->second.refusals >= most_refusals_of_address) return true;
  const auto& titles = caller->second.refusals_by_title;
  const auto of_title = titles.find(title);
  return of_title != titles.end() && of_title->second >= most_refusals_of_title;
}

}  // namespace glisson::server
