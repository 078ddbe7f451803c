#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "storage/job_queue.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Notification : public ::testing::Test {
 protected:
  Notification() { worker_.wait_for_notification(channel_, 0ms); }  // the first call only listens

  bool notified(std::chrono::milliseconds at_most = 5s) {
    return worker_.wait_for_notification(channel_, at_most);
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  Database worker_ = test_.connect("glisson worker");
  std::string channel_ = notification_channel(JobKind::analyse);
  tests::StoredStudy study_ = tests::store_study(test_);
};

// The shortest of several is measured: a busy machine may delay any single one.
TEST_F(Notification, WakesAWaitingWorkerWithin100Milliseconds) {
  auto shortest = Clock::duration::max();
  for (int time = 0; time < 5; ++time) {
    auto woken =
        std::async(std::launch::async, [&] { return notified() ? Clock::now() : Clock::time_point::max(); });
    std::this_thread::sleep_for(50ms);
    const auto inserted = Clock::now();
    tests::schedule_analysis(test_, study_);
    shortest = std::min(shortest, woken.get() - inserted);
    ASSERT_TRUE(complete_job(database_, tests::claim(database_, JobKind::analyse)));
  }
  EXPECT_LT(shortest, 100ms);
}

TEST_F(Notification, TellsOfJobsThatAreReleasedOrDueEarlier) {
  const std::int64_t id = tests::schedule_analysis(test_, study_, "now() + interval '1 h'");
  EXPECT_TRUE(notified());
  test_.rows("update job set run_at = now()");
  EXPECT_TRUE(notified());
  ASSERT_TRUE(kill_job(database_, tests::claim(database_, JobKind::analyse), {"missing_slices", ""}));
  ASSERT_TRUE(retry_job_now(database_, id));
  EXPECT_TRUE(notified());
}

TEST_F(Notification, IsSilentWhereNothingIsToDoEarlier) {
  tests::schedule_analysis(test_, study_);
  EXPECT_TRUE(notified());
  test_.rows("update job set run_at = now() + interval '10 s'");
  test_.rows(
      "insert into job (kind, state, refused_file_id, reason, finished_at) "
      "values ('ingest', 'dead', 'f1', 'not_dicom', now())");
  EXPECT_FALSE(notified(200ms));
}

}  // namespace
}  // namespace glisson::storage
