#include "server/web/desk.hpp"

#include <utility>

namespace glisson::server {

Desk::Desk(DeskWork desk_work, std::chrono::milliseconds time)
    : work(std::move(desk_work)), answer_time(time), thread_([this] { run(); }) {}

Desk::~Desk() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Desk::post(std::function<void()> task) {
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void Desk::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (stopping_) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }
}

}  // namespace glisson::server
