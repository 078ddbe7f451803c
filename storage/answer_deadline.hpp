#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

namespace glisson::storage {

/// While held, no thread is started for deadlines that are set: a process that confines itself has to be the
/// only thread until then. A deadline that is set after the release starts it.
void hold_answer_deadlines(bool hold) noexcept;

/// Called about five times a second while an answer is awaited, by a thread of its own: to wait for the
/// server is no sign of standing still. To be set once, before the first deadline; must not throw.
void while_answers_are_awaited(std::function<void()> called);

/// Internal to storage/. Ends a connection whose server does not answer. PostgreSQL's own time limits are
/// kept by the server, which may be frozen, and TCP's say nothing where the network is well: so a thread of
/// this process shuts the socket down when the deadline passes, and whoever waits for the answer is told that
/// the connection broke.
///
/// Setting a deadline costs an atomic store. The thread is started by the first one and sleeps while there
/// are none; it looks five times a second, so a deadline may be late by that.
class AnswerDeadline {
 public:
  /// @param socket connected; must stay open as long as this object lives.
  explicit AnswerDeadline(int socket);
  ~AnswerDeadline();
  AnswerDeadline(const AnswerDeadline&) = delete;
  AnswerDeadline& operator=(const AnswerDeadline&) = delete;

  void set(std::chrono::milliseconds from_now) noexcept;
  void clear() noexcept { at_.store(never, std::memory_order_relaxed); }

 private:
  friend class DeadlineThread;
  static constexpr std::int64_t never = INT64_MAX;
  int socket_;
  std::atomic<std::int64_t> at_{never};  ///< Nanoseconds of the steady clock.
};

}  // namespace glisson::storage
