#include "engine/stage_times.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace glisson::engine {
namespace {

using namespace std::chrono_literals;

// No test of this program asks for times before this one does.
TEST(StageTimes, AreCollectedOnlyWhereAskedFor) {
  { const StageClock clock("before"); }
  EXPECT_TRUE(stage_times().empty());
  collect_stage_times();
  {
    const StageClock outer("outer");
    for (int i = 0; i < 3; ++i) {
      const StageClock inner("inner");
      std::this_thread::sleep_for(2ms);
    }
  }
  const auto times = stage_times();
  ASSERT_EQ(times.size(), 2U);
  EXPECT_EQ(times[0].stage, "inner");
  EXPECT_EQ(times[0].visits, 3U);
  EXPECT_GE(times[0].seconds, 0.006);
  EXPECT_GE(times[1].seconds, times[0].seconds);
  collect_stage_times();
  EXPECT_TRUE(stage_times().empty());
}

}  // namespace
}  // namespace glisson::engine
