// The clock of PostgreSQL, by which leases, deadlines and due times are kept, jumps: a job may be late, or
// cost one of its tries, but is neither lost nor done twice. That the clock jumps by an hour is that all
// times kept jump back by one.
#include <gtest/gtest.h>

#include "storage/job_queue.hpp"
#include "tests/support/figure.hpp"
#include "tests/support/stored_study.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using namespace std::chrono_literals;
using tests::claim;

class Clock : public ::testing::Test {
 protected:
  /// @param by e.g. "1 hour" or "-1 hour".
  void jump(const std::string& by) {
    test_.rows("update job set run_at = run_at - interval '" + by +
               "', lease_until = lease_until - interval '" + by +
               "', deadline_at = deadline_at - interval '" + by + "' returning 1");
  }
  std::string state(std::int64_t id) {
    return test_.value("select state from job where job_id = " + std::to_string(id));
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(Clock, JumpsForwardAndCostsARunningJobOneTry) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const Job late = claim(database_, JobKind::analyse);
  jump("1 hour");
  EXPECT_FALSE(renew_lease(database_, late, 15s));
  EXPECT_EQ(rescue_jobs(database_), 1);
  const Job next = claim(database_, JobKind::analyse);
  EXPECT_EQ(next.id, id);
  EXPECT_EQ(next.attempt, late.attempt + 1);
  const bool late_commits = complete_job(database_, late);
  EXPECT_FALSE(late_commits);
  EXPECT_TRUE(renew_lease(database_, next, 15s));
  const bool next_commits = complete_job(database_, next);
  EXPECT_TRUE(next_commits);
  EXPECT_EQ(state(id), "done");
  tests::figure(23, "tries_that_a_jump_forward_costs", next.attempt - late.attempt, "try");
  tests::figure(23, "commits_of_one_job_after_a_jump_forward", int{late_commits} + int{next_commits},
                "commit");
}

TEST_F(Clock, JumpsBackAndARunningJobGoesOn) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const Job job = claim(database_, JobKind::analyse);
  jump("-1 hour");
  EXPECT_EQ(rescue_jobs(database_), 0);
  EXPECT_FALSE(claim_job(database_, {JobKind::analyse}, "test:2", 15s, 10min));
  EXPECT_TRUE(renew_lease(database_, job, 15s));
  EXPECT_TRUE(complete_job(database_, job));
  EXPECT_EQ(state(id), "done");
}

TEST_F(Clock, JumpsBackAndAJobThatWaitsIsLateByAsMuch) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  jump("-1 hour");
  EXPECT_FALSE(claim_job(database_, {JobKind::analyse}, "test:1", 15s, 10min));
  EXPECT_EQ(state(id), "scheduled");
  const auto wait = until_next_job(database_, {JobKind::analyse});
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, 1h);
  EXPECT_GT(*wait, 59min);
  jump("1 hour");
  EXPECT_EQ(claim(database_, JobKind::analyse).id, id);
}

TEST_F(Clock, RenewsByItsNewTimeOnceItWasSetBack) {
  tests::schedule_analysis(test_, study_);
  const Job job = claim(database_, JobKind::analyse);
  jump("-1 hour");
  EXPECT_TRUE(renew_lease(database_, job, 15s));
  EXPECT_EQ(test_.value("select lease_until < clock_timestamp() + interval '16 s' from job"), "t");
}

}  // namespace
}  // namespace glisson::storage
