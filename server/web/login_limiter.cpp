#include "server/web/login_limiter.hpp"

#include <algorithm>

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_failures = 10;
constexpr auto window = 10min;
constexpr std::size_t most_keys = 10'000;

std::string key_of_address(const std::string& address) { return "address " + address.substr(0, 64); }
std::string key_of_account(const std::string& account) { return "account " + account.substr(0, 64); }

}  // namespace

std::optional<std::chrono::seconds> LoginLimiter::wait(const std::string& address, const std::string& account,
                                                       Clock::time_point now) {
  const auto by_address = wait_of(key_of_address(address), now);
  const auto by_account = wait_of(key_of_account(account), now);
  return by_address && by_account ? std::max(by_address, by_account) : by_address ? by_address : by_account;
}

void LoginLimiter::failed(const std::string& address, const std::string& account, Clock::time_point now) {
  count(key_of_address(address), now);
  count(key_of_account(account), now);
}

void LoginLimiter::succeeded(const std::string& account) { failures_.erase(key_of_account(account)); }

std::optional<std::chrono::seconds> LoginLimiter::wait_of(const std::string& key, Clock::time_point now) {
  const auto found = failures_.find(key);
  if (found == failures_.end()) return std::nullopt;
  auto& times = found->second;
  while (!times.empty() && times.front() + window <= now) times.pop_front();
  if (times.size() < most_failures) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(times.front() + window - now);
}

void LoginLimiter::count(const std::string& key, Clock::time_point now) {
  if (failures_.size() >= most_keys && !failures_.contains(key)) {
    failures_.erase(std::ranges::min_element(failures_, {}, [](const auto& entry) {
      return entry.second.empty() ? Clock::time_point::min() : entry.second.back();
    }));
  }
  auto& times = failures_[key];
  times.push_back(now);
  if (times.size() > most_failures) times.pop_front();
}

}  // namespace glisson::server
