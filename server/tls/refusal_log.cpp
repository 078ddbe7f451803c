#include "server/tls/refusal_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "server/log.hpp"

namespace glisson::server {
namespace {

constexpr std::uint64_t lines_a_minute = 60;

}  // namespace

void RefusalLog::add(const std::string& message) {
  count();
  if (++in_this_minute_ <= lines_a_minute) log::warning(message);
}

void RefusalLog::count() {
  if (std::exchange(counting_, true)) return;
  minute_.expires_after(std::chrono::minutes(1));
  minute_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sum_up();
  });
}

void RefusalLog::sum_up() {
  if (in_this_minute_ > lines_a_minute) {
    log::warning(
        fmt::format("{} more TLS connections were refused in this minute", in_this_minute_ - lines_a_minute));
  }
  if (silent_leaves_ > 0) {
    log::info(fmt::format("{} TLS connections were closed by their peers without a word in this minute",
                          silent_leaves_));
  }
  counting_ = false;
  in_this_minute_ = silent_leaves_ = 0;
}

void RefusalLog::stop() {
  minute_.cancel();
  sum_up();
}

}  // namespace glisson::server
