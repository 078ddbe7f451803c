#include "server/web/login_limiter.hpp"

#include <algorithm>
#include <vector>

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using Failures = std::map<std::string, std::deque<LoginLimiter::Clock::time_point>>;

constexpr std::size_t most_failures_of_one = 10;
constexpr std::size_t most_failures_of_many = 50;
constexpr auto window = 10min;
constexpr std::size_t most_keys = 10'000;

/// What failures are counted by, and how many may be.
struct Bound {
  std::string key;
  std::size_t most = 0;
};

/// Parts are set apart by a control character, which none of them holds.
Bound of_account_at_address(const Attempt& attempt) {
  return {attempt.account + '\n' + attempt.password + '\n' + attempt.address, most_failures_of_one};
}

std::vector<Bound> bounds(const Attempt& attempt) {
  std::vector<Bound> all{of_account_at_address(attempt),
                         {"account\n" + attempt.account + '\n' + attempt.password, most_failures_of_many}};
  if (!attempt.shared_address) all.push_back({"address\n" + attempt.address, most_failures_of_many});
  return all;
}

void count(Failures& failures, const Bound& bound, LoginLimiter::Clock::time_point now) {
  if (failures.size() >= most_keys && !failures.contains(bound.key)) {
    failures.erase(
        std::ranges::min_element(failures, {}, [](const auto& entry) { return entry.second.back(); }));
  }
  auto& times = failures[bound.key];
  times.push_back(now);
  if (times.size() > bound.most) times.pop_front();
}

}  // namespace

std::optional<std::chrono::seconds> LoginLimiter::wait(const Attempt& attempt, Clock::time_point now) {
  std::optional<std::chrono::seconds> longest;
  for (const Bound& bound : bounds(attempt)) {
    const auto found = failures_.find(bound.key);
    // Of the latest failures the first decides: as many as are kept lock for as long as it counts.
    if (found == failures_.end() || found->second.size() < bound.most) continue;
    const auto left = std::chrono::ceil<std::chrono::seconds>(found->second.front() + window - now);
    if (left > 0s) longest = std::max(longest.value_or(0s), left);
  }
  return longest;
}

void LoginLimiter::failed(const Attempt& attempt, Clock::time_point now) {
  for (const Bound& bound : bounds(attempt)) count(failures_, bound, now);
}

void LoginLimiter::succeeded(const Attempt& attempt) { failures_.erase(of_account_at_address(attempt).key); }

}  // namespace glisson::server
