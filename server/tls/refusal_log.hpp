#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <string>

namespace glisson::server {

/// Warnings about peers, few enough that nobody fills a disk with them: the rest of each minute is counted.
class RefusalLog {
 public:
  explicit RefusalLog(boost::asio::io_context& loop) : minute_(loop) {}
  void add(const std::string& message);
  /// Somebody who left without a word: no line, but a count.
  void add_silent_leave() { count(), ++silent_leaves_; }
  void stop();

 private:
  void count();
  void sum_up();

  boost::asio::steady_timer minute_;
  bool counting_ = false;
  std::uint64_t in_this_minute_ = 0;
  std::uint64_t silent_leaves_ = 0;
};

}  // namespace glisson::server
