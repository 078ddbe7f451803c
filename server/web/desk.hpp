#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "server/web/http_message.hpp"

namespace glisson::server {

/// Requests of different kinds do not keep each other waiting.
enum class RequestKind { usual, slow, health };

/// How one kind of request is answered. What is empty is left out.
struct DeskWork {
  /// On the desk's thread, one request at a time. Never throws.
  std::function<Response(const Request&)> answer;
  /// On the network's thread, so it must not block: in the place of an answer that is not there in time, or
  /// for which too many wait. Empty: 503.
  std::function<Response(const Request&)> late;
  /// On the desk's thread before the first request and every two seconds, until it returns true.
  std::function<bool()> begin;
};

/// Answers requests one at a time, in a thread of its own, for what may block.
class Desk {
 public:
  Desk(DeskWork work, std::chrono::milliseconds answer_time);
  /// Finishes what is in hand; what has not begun is not done.
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void post(std::function<void()> task);

  const DeskWork work;
  const std::chrono::milliseconds answer_time;
  int waiting = 0;  ///< Requests that it has; counted by the network's thread.

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace glisson::server
