#include "engine/stage_times.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace glisson::engine {
namespace {

std::atomic<bool> collecting{false};
std::mutex mutex;
std::vector<StageTime> collected;  // guarded by mutex

}  // namespace

void collect_stage_times() {
  const std::lock_guard lock(mutex);
  collected.clear();
  collecting = true;
}

std::vector<StageTime> stage_times() {
  const std::lock_guard lock(mutex);
  return collected;
}

StageClock::StageClock(std::string_view stage) noexcept
    : stage_(stage), running_(collecting.load(std::memory_order_relaxed)) {
  if (running_) start_ = std::chrono::steady_clock::now();
}

StageClock::~StageClock() {
  if (!running_) return;
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start_;
  const std::lock_guard lock(mutex);
  auto found = std::ranges::find(collected, stage_, &StageTime::stage);
  if (found == collected.end()) found = collected.insert(collected.end(), {std::string(stage_), 0, 0});
  found->seconds += time.count();
  ++found->visits;
}

}  // namespace glisson::engine
