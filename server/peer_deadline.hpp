#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace glisson::server {

/// A deadline for a peer that counts only time in which the loop could serve it: what a peer sent while the
/// loop was busy, or its process did not get the processor, lies here unread and is not late. The time is
/// counted in slices, each of which counts once however late the loop comes to it.
class PeerDeadline {
 public:
  explicit PeerDeadline(const boost::asio::any_io_executor& executor);
  ~PeerDeadline() { cancel(); }
  PeerDeadline(const PeerDeadline&) = delete;
  PeerDeadline& operator=(const PeerDeadline&) = delete;

  /// @param over called once after this time, unless cancel() was called before.
  void start(std::chrono::milliseconds time, std::function<void()> over);
  void cancel();

 private:
  struct State;
  static void count(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace glisson::server
