#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "storage/job_queue.hpp"
#include "tests/support/stored_study.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using namespace std::chrono_literals;
using tests::claim;
using tests::claim_and_stall;

class JobQueue : public ::testing::Test {
 protected:
  std::string job_column(std::int64_t id, const std::string& column) {
    return test_.value("select " + column + " from job where job_id = " + std::to_string(id));
  }
  /// Lets the lease of a running job run out.
  void expire(const Job& job) {
    test_.rows("update job set lease_until = now() - interval '1 s' where job_id = " +
               std::to_string(job.id));
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(JobQueue, GivesEachJobToOneOfManyWorkers) {
  constexpr int jobs = 120;
  test_.rows("insert into job (kind, state, instance_id) select 'compare', 'scheduled', " +
             std::to_string(study_.segmentation_id) + " from generate_series(1, " + std::to_string(jobs) +
             ")");
  std::mutex mutex;
  std::map<std::int64_t, int> claims;
  std::vector<std::thread> workers;
  workers.reserve(8);
  for (int worker = 0; worker < 8; ++worker) {
    workers.emplace_back([&] {
      Database database = test_.connect();
      while (const auto job = claim_job(database, {JobKind::compare}, "test:1", 1h, 1h)) {
        const std::lock_guard lock(mutex);
        ++claims[job->id];
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(claims.size(), jobs);
  EXPECT_TRUE(std::all_of(claims.begin(), claims.end(), [](const auto& entry) { return entry.second == 1; }));
  EXPECT_EQ(test_.value("select count(*) from job_attempt"), std::to_string(jobs));
}

TEST_F(JobQueue, ClaimsLiveWorkBeforeBackfillThenTheJobDueFirst) {
  const auto insert = [&](int priority, const std::string& run_at) {
    return test_.value(
        "insert into job (kind, state, instance_id, priority, run_at) values ('compare', 'scheduled', " +
        std::to_string(study_.segmentation_id) + ", " + std::to_string(priority) + ", " + run_at +
        ") returning job_id");
  };
  const std::string backfill = insert(1, "now() - interval '3 h'");
  const std::string later = insert(0, "now() - interval '1 h'");
  const std::string earlier = insert(0, "now() - interval '2 h'");
  insert(0, "now() + interval '1 h'");
  std::vector<std::string> order;
  while (const auto job = claim_job(database_, {JobKind::compare}, "test:1", 1h, 1h)) {
    order.push_back(std::to_string(job->id));
  }
  EXPECT_THAT(order, ::testing::ElementsAre(earlier, later, backfill));
}

TEST_F(JobQueue, ClaimsOnlyTheKindsAskedFor) {
  tests::schedule_analysis(test_, study_);
  EXPECT_FALSE(claim_job(database_, {JobKind::compare, JobKind::deliver}, "test:1", 1h, 1h));
  const auto job = claim_job(database_, {JobKind::compare, JobKind::analyse}, "test:1", 1h, 1h);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->kind, JobKind::analyse);
  EXPECT_EQ(job->instance_id, study_.segmentation_id);
  EXPECT_EQ(job->attempt, 1);
}

TEST_F(JobQueue, GivesAJobWhoseLeaseRanOutToTheNextWorker) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const Job lost = claim_and_stall(database_, JobKind::analyse);
  const Job taken = claim(database_, JobKind::analyse);
  EXPECT_EQ(taken.id, id);
  EXPECT_EQ(taken.attempt, lost.attempt + 1);
  EXPECT_EQ(taken.failures, 1);
  const auto attempts = job_attempts(database_, id);
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].outcome, "no_answer");
  EXPECT_THAT(attempts[0].detail, ::testing::HasSubstr("test:stalled"));
  EXPECT_EQ(attempts[1].outcome, "");
}

TEST_F(JobQueue, KeepsARunningJobFromOthersWhileItsLeaseHolds) {
  tests::schedule_analysis(test_, study_);
  claim(database_, JobKind::analyse);
  EXPECT_FALSE(claim_job(database_, {JobKind::analyse}, "test:2", 1h, 1h));
  EXPECT_EQ(rescue_jobs(database_), 0U);
}

// A worker that was stopped beyond its lease comes back: whatever it tries, nothing changes.
TEST_F(JobQueue, LetsALateWorkerChangeNothing) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const Job late = claim_and_stall(database_, JobKind::analyse);
  claim(database_, JobKind::analyse);
  const std::string before = job_column(id, "job::text");
  const JobReason reason{"late", "Too late."};
  EXPECT_FALSE(renew_lease(database_, late, 1h));
  EXPECT_FALSE(complete_job(database_, late));
  EXPECT_FALSE(retry_job(database_, late, 0s, reason, 3));
  EXPECT_FALSE(postpone_job(database_, late, 0s, reason));
  EXPECT_FALSE(kill_job(database_, late, reason));
  EXPECT_FALSE(block_job(database_, late, reason));
  EXPECT_FALSE(hold_job(database_, late, reason));
  EXPECT_EQ(job_column(id, "job::text"), before);
  EXPECT_EQ(job_attempts(database_, id).back().outcome, "");
}

TEST_F(JobQueue, LetsNobodyEndAJobTwice) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const Job job = claim(database_, JobKind::analyse);
  EXPECT_TRUE(complete_job(database_, job));
  EXPECT_FALSE(kill_job(database_, job, {"late", ""}));
  EXPECT_EQ(job_column(id, "state"), "done");
}

TEST_F(JobQueue, SetsAJobDeadAfterThreeAttemptsWithoutAnswer) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  for (int attempt = 1; attempt <= max_unanswered; ++attempt) claim_and_stall(database_, JobKind::analyse);
  EXPECT_FALSE(claim_job(database_, {JobKind::analyse}, "test:1", 1h, 1h));
  const auto job = show_job(database_, id);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, "dead");
  EXPECT_EQ(job->reason, "no_answer");
  EXPECT_EQ(job->failures, max_unanswered);
  EXPECT_NE(job->finished_at, "");
}

TEST_F(JobQueue, ReleasesTheJobsOfADeadWorkerAtOnce) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const WorkerEnd end{"test:1", {"process_ended", "It was ended by a signal."}, true};
  for (int attempt = 1; attempt <= max_unanswered; ++attempt) {
    EXPECT_EQ(release_jobs_of(database_, {JobKind::analyse}, end), 0U);
    ASSERT_TRUE(claim_job(database_, {JobKind::analyse}, "test:1", 1h, 1h));
    EXPECT_EQ(release_jobs_of(database_, {JobKind::analyse}, {"test:2", end.reason, true}), 0U);
    EXPECT_EQ(release_jobs_of(database_, {JobKind::deliver}, end), 0U);
    EXPECT_EQ(release_jobs_of(database_, {JobKind::analyse}, end), 1U);
  }
  EXPECT_EQ(job_column(id, "state"), "dead");
  EXPECT_EQ(job_column(id, "reason"), "process_ended");
}

TEST_F(JobQueue, BlamesNoJobForALostConnection) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  for (int attempt = 1; attempt <= 2 * max_unanswered; ++attempt) {
    ASSERT_TRUE(claim_job(database_, {JobKind::analyse}, "test:1", 1h, 1h));
    EXPECT_EQ(release_jobs_of(database_, {JobKind::analyse}, {"test:1", {"connection_lost", ""}, false}), 1U);
  }
  EXPECT_EQ(job_column(id, "state"), "scheduled");
  EXPECT_EQ(job_column(id, "failures"), "0");
}

TEST_F(JobQueue, CountsAttemptsWithoutAnswerAnewAfterAnAnswer) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  claim_and_stall(database_, JobKind::analyse);
  claim_and_stall(database_, JobKind::analyse);
  ASSERT_TRUE(retry_job(database_, claim(database_, JobKind::analyse), 0s, {"busy", ""}, 100));
  claim_and_stall(database_, JobKind::analyse);
  EXPECT_EQ(rescue_jobs(database_), 1U);
  EXPECT_EQ(job_column(id, "state"), "scheduled");
}

TEST_F(JobQueue, RescuesLostJobsOfAllKinds) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  claim_and_stall(database_, JobKind::analyse);
  EXPECT_EQ(rescue_jobs(database_), 1U);
  EXPECT_EQ(job_column(id, "state"), "scheduled");
  EXPECT_EQ(job_column(id, "reason"), "no_answer");
  EXPECT_EQ(rescue_jobs(database_), 0U);
}

TEST_F(JobQueue, RenewsALeaseOnlyToTheDeadline) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const auto job = claim_job(database_, {JobKind::analyse}, "test:1", 1s, 1h);
  ASSERT_TRUE(job);
  EXPECT_TRUE(renew_lease(database_, *job, 30min));
  EXPECT_EQ(job_column(id, "lease_until > now() + interval '29 min' and lease_until < deadline_at"), "t");
  EXPECT_TRUE(renew_lease(database_, *job, 10h));
  EXPECT_EQ(job_column(id, "lease_until = deadline_at"), "t");
}

TEST_F(JobQueue, RefusesARenewalAfterTheDeadline) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const auto job = claim_job(database_, {JobKind::analyse}, "test:1", 1h, 10ms);
  ASSERT_TRUE(job);
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(renew_lease(database_, *job, 1h));
  EXPECT_EQ(rescue_jobs(database_), 1U);
  EXPECT_THAT(job_column(id, "detail"), ::testing::HasSubstr("deadline"));
}

TEST_F(JobQueue, TriesAgainAfterTheDelayAndGivesUpAfterTheLastFailure) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(retry_job(database_, claim(database_, JobKind::analyse), 1h, {"busy", "No memory."}, 2));
  EXPECT_EQ(job_column(id, "state"), "scheduled");
  EXPECT_EQ(job_column(id, "failures"), "1");
  EXPECT_EQ(job_column(id, "run_at between now() + interval '59 min' and now() + interval '61 min'"), "t");
  EXPECT_FALSE(claim_job(database_, {JobKind::analyse}, "test:1", 1h, 1h));

  test_.rows("update job set run_at = now()");
  ASSERT_TRUE(retry_job(database_, claim(database_, JobKind::analyse), 1h, {"busy", "No memory."}, 2));
  EXPECT_EQ(job_column(id, "state"), "dead");
  EXPECT_EQ(job_column(id, "reason"), "busy");
  EXPECT_EQ(job_attempts(database_, id).back().outcome, "dead");
}

TEST_F(JobQueue, PostponesWithoutEverGivingUp) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  for (int time = 0; time < 10; ++time) {
    ASSERT_TRUE(postpone_job(database_, claim(database_, JobKind::analyse), 0s,
                             {"waiting_for_images", "2 of 3 images are here."}));
  }
  EXPECT_EQ(job_column(id, "state"), "scheduled");
  EXPECT_EQ(job_column(id, "failures"), "0");
  EXPECT_EQ(job_column(id, "detail"), "2 of 3 images are here.");
}

// An image arrived while the analysis ran and scheduled it anew; only one scheduled job may exist.
TEST_F(JobQueue, LeavesAnAnalysisThatWasScheduledAnewToTheNewJob) {
  const std::int64_t first = tests::schedule_analysis(test_, study_);
  const Job running = claim(database_, JobKind::analyse);
  const std::int64_t second = tests::schedule_analysis(test_, study_, "now() + interval '10 s'");
  EXPECT_TRUE(postpone_job(database_, running, 30min, {"waiting_for_images", ""}));
  EXPECT_EQ(job_column(first, "state"), "done");
  EXPECT_EQ(job_column(second, "state"), "scheduled");
}

TEST_F(JobQueue, LeavesAnAnalysisThatIsBeingScheduledAnewToTheNewJob) {
  const std::int64_t first = tests::schedule_analysis(test_, study_);
  const Job running = claim(database_, JobKind::analyse);
  pqxx::connection other(test_.url());
  pqxx::work uncommitted(other);
  uncommitted.exec("insert into glisson.job (kind, state, instance_id) values ('analyse', 'scheduled', " +
                   std::to_string(study_.segmentation_id) + ")");
  auto postponed = std::async(std::launch::async, [&] {
    return postpone_job(database_, running, 30min, {"waiting_for_images", ""});
  });
  EXPECT_EQ(postponed.wait_for(200ms), std::future_status::timeout);
  uncommitted.commit();
  EXPECT_TRUE(postponed.get());
  EXPECT_EQ(job_column(first, "state"), "done");
}

TEST_F(JobQueue, LeavesALostAnalysisThatWasScheduledAnewToTheNewJob) {
  const std::int64_t first = tests::schedule_analysis(test_, study_);
  claim_and_stall(database_, JobKind::analyse);
  const std::int64_t second = tests::schedule_analysis(test_, study_);
  EXPECT_EQ(claim(database_, JobKind::analyse).id, second);
  EXPECT_EQ(job_column(first, "state"), "done");
}

TEST_F(JobQueue, BlocksAndHoldsAndReleasesByHand) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(block_job(database_, claim(database_, JobKind::analyse), {"refused", "0x0122"}));
  EXPECT_EQ(job_column(id, "state"), "blocked");
  EXPECT_TRUE(retry_job_now(database_, id));
  ASSERT_TRUE(hold_job(database_, claim(database_, JobKind::analyse), {"term_over", ""}));
  EXPECT_EQ(job_column(id, "state"), "held");
  EXPECT_TRUE(retry_job_now(database_, id));
  ASSERT_TRUE(kill_job(database_, claim(database_, JobKind::analyse), {"missing_slices", "2 gaps"}));
  EXPECT_EQ(job_column(id, "state"), "dead");
  EXPECT_TRUE(retry_job_now(database_, id));
  EXPECT_EQ(job_column(id, "failures"), "0");
  EXPECT_FALSE(retry_job_now(database_, id)) << "it is scheduled";
  EXPECT_FALSE(retry_job_now(database_, id + 1000));
}

TEST_F(JobQueue, DoesNotReleaseARefusedObjectByHand) {
  const std::string id = test_.value(
      "insert into job (kind, state, refused_file_id, reason, finished_at) values ('ingest', 'dead', 'f1', "
      "'not_dicom', now()) returning job_id");
  EXPECT_FALSE(retry_job_now(database_, std::stoll(id)));
}

TEST_F(JobQueue, DoesNotReleaseAnAnalysisThatIsScheduledAnewAlready) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(kill_job(database_, claim(database_, JobKind::analyse), {"missing_slices", ""}));
  tests::schedule_analysis(test_, study_);
  EXPECT_FALSE(retry_job_now(database_, id));
}

TEST_F(JobQueue, KnowsWhenTheNextJobIsDue) {
  EXPECT_FALSE(until_next_job(database_, {JobKind::analyse}));
  tests::schedule_analysis(test_, study_, "now() + interval '60 s'");
  const auto wait = until_next_job(database_, {JobKind::analyse});
  ASSERT_TRUE(wait);
  EXPECT_GT(*wait, 30s);
  EXPECT_LE(*wait, 60s);
  EXPECT_FALSE(until_next_job(database_, {JobKind::deliver}));
  test_.rows("update job set run_at = now() - interval '1 h'");
  EXPECT_EQ(until_next_job(database_, {JobKind::analyse}), 0ms);
}

TEST_F(JobQueue, CountsTheEndOfALeaseAsDue) {
  tests::schedule_analysis(test_, study_);
  const Job job = claim(database_, JobKind::analyse);
  const auto wait = until_next_job(database_, {JobKind::analyse});
  ASSERT_TRUE(wait);
  EXPECT_GT(*wait, 30min);
  expire(job);
  EXPECT_EQ(until_next_job(database_, {JobKind::analyse}), 0ms);
}

TEST_F(JobQueue, ShowsWhatAJobIsAbout) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  const auto job = show_job(database_, id);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->kind, "analyse");
  EXPECT_EQ(job->study_instance_uid, study_.study_instance_uid);
  EXPECT_EQ(job->subject, study_.study_instance_uid + ".2.1");
  EXPECT_THAT(job->run_at, ::testing::MatchesRegex("....-..-..T..:..:..\\....[+-]..:.."));
  EXPECT_EQ(job->finished_at, "");
  EXPECT_FALSE(show_job(database_, id + 1000));
}

TEST_F(JobQueue, ListsWhatIsNotDoneUnlessAskedForAState) {
  const std::int64_t first = tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(complete_job(database_, claim(database_, JobKind::analyse)));
  const std::int64_t second = tests::schedule_analysis(test_, study_);
  const auto unfinished = list_jobs(database_, {.state = {}, .kind = {}, .limit = 10});
  ASSERT_EQ(unfinished.size(), 1U);
  EXPECT_EQ(unfinished.front().id, second);
  const auto done = list_jobs(database_, {.state = "done", .kind = {}, .limit = 10});
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().id, first);
}

}  // namespace
}  // namespace glisson::storage
