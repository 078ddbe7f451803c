#include "storage/answer_deadline.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace glisson::storage {
namespace {

constexpr std::chrono::milliseconds look_interval{200};

std::int64_t nanoseconds_now() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

/// The one thread of this process that looks after all deadlines. Never destroyed: it has to outlive every
/// connection, those of static objects included.
class DeadlineThread {
 public:
  static DeadlineThread& instance() {
    static auto* const thread = new DeadlineThread;
    return *thread;
  }

  void add(AnswerDeadline* deadline) {
    const std::scoped_lock lock(mutex_);
    deadlines_.push_back(deadline);
  }

  void remove(AnswerDeadline* deadline) {
    const std::scoped_lock lock(mutex_);
    std::erase(deadlines_, deadline);
  }

  /// A deadline was set: somebody must look.
  void wake() noexcept {
    if (held_.load() || !asleep_.load()) return;
    const std::scoped_lock lock(mutex_);
    if (!started_) std::thread([this] { run(); }).detach();
    started_ = true;
    asleep_.store(false);
    woken_.notify_one();
  }

  void hold(bool hold) noexcept { held_.store(hold); }

  void call(std::function<void()> called) {
    const std::scoped_lock lock(mutex_);
    called_ = std::move(called);
  }

 private:
  [[noreturn]] void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (!look()) {
        asleep_.store(true);
        // Whoever set a deadline before it could see this saw a thread that is awake.
        if (!look()) woken_.wait(lock, [this] { return !asleep_.load(); });
        asleep_.store(false);
      }
      woken_.wait_for(lock, look_interval, [] { return false; });
    }
  }

  /// Shuts down what is too late; false when there is no deadline.
  bool look() {
    bool any = false;
    const std::int64_t now = nanoseconds_now();
    for (AnswerDeadline* deadline : deadlines_) {
      const std::int64_t at = deadline->at_.load();
      if (at == AnswerDeadline::never) continue;
      any = true;
      if (at > now) continue;
      ::shutdown(deadline->socket_, SHUT_RDWR);
      deadline->clear();
    }
    if (any && called_) called_();
    return any;
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<AnswerDeadline*> deadlines_;
  std::atomic<bool> asleep_{true};
  std::atomic<bool> held_{false};
  bool started_ = false;
  std::function<void()> called_;
};

void hold_answer_deadlines(bool hold) noexcept { DeadlineThread::instance().hold(hold); }

void while_answers_are_awaited(std::function<void()> called) {
  DeadlineThread::instance().call(std::move(called));
}

AnswerDeadline::AnswerDeadline(int socket) : socket_(socket) { DeadlineThread::instance().add(this); }

AnswerDeadline::~AnswerDeadline() { DeadlineThread::instance().remove(this); }

void AnswerDeadline::set(std::chrono::milliseconds from_now) noexcept {
  at_.store(nanoseconds_now() + std::chrono::nanoseconds(from_now).count());
  DeadlineThread::instance().wake();
}

}  // namespace glisson::storage
