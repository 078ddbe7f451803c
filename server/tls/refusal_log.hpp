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
  void stop();

 private:
  void sum_up();

  boost::asio::steady_timer minute_;
  std::uint64_t in_this_minute_ = 0;
};

}  // namespace glisson::server
