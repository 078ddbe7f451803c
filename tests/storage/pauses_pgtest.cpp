#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/job_queue.hpp"
#include "storage/pauses.hpp"
#include "tests/support/stored_study.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using namespace std::chrono_literals;

class Pauses : public testing::Test {
 protected:
  std::optional<Job> claim(std::vector<JobKind> kinds) {
    return claim_job(database_, kinds, "test:1", 1h, 1h);
  }
  std::string insert_job(const std::string& kind) {
    return test_.value("insert into job (kind, state, instance_id) values ('" + kind + "', 'scheduled', " +
                       std::to_string(study_.segmentation_id) + ") returning job_id");
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(Pauses, AreKeptWithWhoWhyAndSinceWhen) {
  EXPECT_TRUE(list_pauses(database_).empty());
  pause(database_, Activity::deliver, {"ada", "the PACS is moved"});
  pause(database_, Activity::receive, {"ada", "the disk is changed"});
  Database elsewhere = test_.connect();
  auto pauses = list_pauses(elsewhere);
  ASSERT_EQ(pauses.size(), 2U);
  EXPECT_EQ(pauses[0].activity, Activity::receive);
  EXPECT_EQ(pauses[0].who, "ada");
  EXPECT_EQ(pauses[0].reason, "the disk is changed");
  EXPECT_THAT(pauses[0].since, testing::StartsWith("20"));

  pause(elsewhere, Activity::receive, {"bob", "it takes longer"});
  const auto longer = find_pause(database_, Activity::receive);
  ASSERT_TRUE(longer);
  EXPECT_EQ(longer->who, "bob");
  EXPECT_EQ(longer->since, pauses[0].since);

  EXPECT_TRUE(resume(database_, Activity::receive, {"eve", ""}));
  EXPECT_FALSE(resume(database_, Activity::receive, {"eve", ""}));
  EXPECT_FALSE(find_pause(elsewhere, Activity::receive));
  EXPECT_TRUE(find_pause(elsewhere, Activity::deliver));
}

TEST_F(Pauses, LeaveATraceAmongTheChanges) {
  pause(database_, Activity::analyse, {"ada", "maintenance"});
  resume(database_, Activity::analyse, {"bob", "it is over"});
  const auto changes = list_changes(database_, 2);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].what, "pause");
  EXPECT_EQ(changes[1].who, "ada");
  EXPECT_EQ(changes[1].subject, "analyse");
  EXPECT_EQ(changes[1].reason, "maintenance");
  EXPECT_EQ(changes[1].old_values, "");
  EXPECT_EQ(changes[0].who, "bob");
  EXPECT_EQ(changes[0].reason, "it is over");
  EXPECT_EQ(changes[0].new_values, "");
}

TEST_F(Pauses, LetNoJobOfTheirKindsBegin) {
  insert_job("compare");
  tests::schedule_analysis(test_, study_);
  pause(database_, Activity::analyse, {"ada", "maintenance"});
  EXPECT_FALSE(claim({JobKind::analyse, JobKind::compare}));
  EXPECT_FALSE(until_next_job(database_, {JobKind::analyse, JobKind::compare})) << "a worker would spin";
  pause(database_, Activity::deliver, {"ada", "maintenance"});
  resume(database_, Activity::analyse, {"ada", ""});
  EXPECT_TRUE(claim({JobKind::analyse, JobKind::compare}));
  EXPECT_TRUE(claim({JobKind::analyse, JobKind::compare}));
}

TEST_F(Pauses, LetWhatRunsGoOn) {
  tests::schedule_analysis(test_, study_);
  const auto job = claim({JobKind::analyse});
  ASSERT_TRUE(job);
  pause(database_, Activity::analyse, {"ada", "maintenance"});
  EXPECT_TRUE(renew_lease(database_, *job, 1h));
  EXPECT_TRUE(complete_job(database_, *job));
}

TEST_F(Pauses, DoNotHideThatAWorkerWasLost) {
  tests::schedule_analysis(test_, study_);
  const auto job = tests::claim_and_stall(database_, JobKind::analyse);
  pause(database_, Activity::analyse, {"ada", "maintenance"});
  EXPECT_TRUE(until_next_job(database_, {JobKind::analyse})) << "its lease ran out";
  EXPECT_FALSE(claim({JobKind::analyse}));
  EXPECT_EQ(test_.value("select state from job where job_id = " + std::to_string(job.id)), "scheduled");
}

TEST_F(Pauses, WakeTheWorkersWhenTheyEnd) {
  Database worker = test_.connect();
  pause(database_, Activity::deliver, {"ada", "maintenance"});
  worker.wait_for_notification("glisson_deliver", 0ms);
  EXPECT_FALSE(worker.wait_for_notification("glisson_deliver", 0ms));
  resume(database_, Activity::deliver, {"ada", ""});
  EXPECT_TRUE(worker.wait_for_notification("glisson_deliver", 10s));
}

TEST_F(Pauses, AreOfActivitiesOnly) {
  EXPECT_FALSE(activity_from("compare"));
  EXPECT_EQ(activity_from("receive"), Activity::receive);
}

}  // namespace
}  // namespace glisson::storage
