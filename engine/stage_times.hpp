#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::engine {

/// Time spent in one stage of the work.
struct StageTime {
  std::string stage;
  double seconds = 0;  ///< Wall-clock time of every visit, added up over threads.
  std::size_t visits = 0;
};

/// From now on stages are timed (they are not unless asked for); what was collected before is forgotten.
void collect_stage_times();

/// What was collected, in the order in which stages were first left. Safe to call from any thread.
std::vector<StageTime> stage_times();

/// Times a stage from its construction to its destruction. Costs one atomic read where nobody asked.
class StageClock {
 public:
  /// @param stage must outlive the clock, e.g. "resampling".
  explicit StageClock(std::string_view stage) noexcept;
  ~StageClock();
  StageClock(const StageClock&) = delete;
  StageClock& operator=(const StageClock&) = delete;

 private:
  std::string_view stage_;
  bool running_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace glisson::engine
