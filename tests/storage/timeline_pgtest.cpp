#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/results.hpp"
#include "storage/timeline.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using tests::claim;

class Timeline : public ::testing::Test {
 protected:
  StudyTimeline timeline() {
    const auto timelines = study_timelines(database_, study_.accession_number);
    return timelines.size() == 1 ? timelines.front() : StudyTimeline{};
  }
  std::string state() { return timeline().state; }
  /// The entry in which nothing happens further; of several the last.
  TimelineEntry stuck() {
    TimelineEntry found;
    for (const TimelineEntry& entry : timeline().entries) {
      if (entry.stuck) found = entry;
    }
    return found;
  }
  bool tells(const std::string& text) {
    const StudyTimeline story = timeline();
    return std::any_of(story.entries.begin(), story.entries.end(), [&](const TimelineEntry& entry) {
      return entry.what.find(text) != std::string::npos;
    });
  }
  void analyse() {
    tests::schedule_analysis(test_, study_);
    ASSERT_TRUE(store_results(database_, claim(database_, JobKind::analyse), tests::sample_result("one")));
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(Timeline, IsFoundByAccessionNumberAndByStudyUid) {
  EXPECT_EQ(timeline().study_instance_uid, study_.study_instance_uid);
  EXPECT_EQ(study_timelines(database_, study_.study_instance_uid).size(), 1U);
  EXPECT_TRUE(study_timelines(database_, "nobody's").empty());
}

TEST_F(Timeline, TellsWhatWasReceivedFromWhom) {
  EXPECT_TRUE(tells("3 objects of a series of modality CT received from PACS (127.0.0.1), association 1"));
  EXPECT_TRUE(tells("1 segmentation received from PACS"));
}

TEST_F(Timeline, WaitsForASegmentationWithoutBeingStuck) {
  EXPECT_EQ(state(), "waiting for segmentation");
  EXPECT_EQ(stuck().what, "");
}

TEST_F(Timeline, SettlesThenWaitsForImages) {
  tests::schedule_analysis(test_, study_);
  EXPECT_EQ(state(), "settling");
  ASSERT_TRUE(postpone_job(database_, claim(database_, JobKind::analyse), 0s,
                           {"waiting_for_images", "2 of 3 images are here."}));
  EXPECT_EQ(state(), "waiting for images");
  EXPECT_TRUE(tells("2 of 3 images are here."));
}

TEST_F(Timeline, TellsOfRepeatedWaitingOnce) {
  tests::schedule_analysis(test_, study_);
  for (int time = 0; time < 4; ++time) {
    ASSERT_TRUE(
        postpone_job(database_, claim(database_, JobKind::analyse), 0s, {"waiting_for_images", "2 of 3."}));
  }
  EXPECT_TRUE(tells("waiting_for_images: 2 of 3., 4 times"));
}

TEST_F(Timeline, AnalysesAndTriesAgain) {
  tests::schedule_analysis(test_, study_);
  const Job job = claim(database_, JobKind::analyse);
  EXPECT_EQ(state(), "analysing");
  EXPECT_TRUE(tells("analysis runs at test:1"));
  ASSERT_TRUE(retry_job(database_, job, 0s, {"transient", "No memory."}, 3));
  EXPECT_EQ(state(), "waiting to try again");
  EXPECT_TRUE(tells("analysis tried, transient: No memory."));
}

TEST_F(Timeline, IsStuckWhereTheDataAreAtFault) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(kill_job(database_, claim(database_, JobKind::analyse), {"missing_slices", "2 gaps."}));
  EXPECT_EQ(state(), "not analysed");
  EXPECT_THAT(stuck().what, HasSubstr("missing_slices: 2 gaps."));
  EXPECT_EQ(stuck().next, "glisson job show " + std::to_string(id));
}

TEST_F(Timeline, IsNoLongerStuckWhenTheSegmentationIsScheduledAnew) {
  tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(kill_job(database_, claim(database_, JobKind::analyse), {"incomplete_series", "2 of 3."}));
  tests::schedule_analysis(test_, study_);
  EXPECT_EQ(state(), "settling");
  EXPECT_FALSE(stuck().stuck);
  EXPECT_TRUE(tells("incomplete_series"));
}

TEST_F(Timeline, OffersToRetryWhatNeverAnswered) {
  const std::int64_t id = tests::schedule_analysis(test_, study_);
  for (int attempt = 0; attempt < max_unanswered; ++attempt)
    tests::claim_and_stall(database_, JobKind::analyse);
  rescue_jobs(database_);
  EXPECT_EQ(stuck().next, "glisson job retry " + std::to_string(id));
}

TEST_F(Timeline, EndsWithTheReportAtItsDestination) {
  tests::add_destination(test_, "ARCHIVE", "research");
  analyse();
  EXPECT_EQ(state(), "delivering");
  EXPECT_TRUE(tells("report written: 2 regions, 1 score"));
  const Job job = claim(database_, JobKind::deliver);
  ASSERT_TRUE(mark_delivered(database_, job, load_delivery(database_, job)->sop_instance_uid));
  EXPECT_EQ(state(), "reported");
  EXPECT_THAT(timeline().entries.back().what, HasSubstr("report taken by ARCHIVE"));
}

TEST_F(Timeline, IsAnalysedWhereNobodyReceivesReports) {
  analyse();
  EXPECT_EQ(state(), "analysed");
}

TEST_F(Timeline, SaysHowToReleaseAHeldReport) {
  tests::add_destination(test_, "ARCHIVE", "");
  analyse();
  EXPECT_EQ(state(), "held");
  EXPECT_THAT(stuck().next, ::testing::StartsWith("glisson peer change ARCHIVE --purpose"));
}

TEST_F(Timeline, OffersToRetryARefusedDelivery) {
  tests::add_destination(test_, "ARCHIVE", "research");
  analyse();
  const Job job = claim(database_, JobKind::deliver);
  ASSERT_TRUE(block_job(database_, job, {"refused", "0x0122"}));
  EXPECT_EQ(state(), "refused by the destination");
  EXPECT_EQ(stuck().next, "glisson job retry " + std::to_string(job.id));
}

TEST_F(Timeline, IsInOrderOfTime) {
  tests::add_destination(test_, "ARCHIVE", "");
  analyse();
  const auto entries = timeline().entries;
  ASSERT_GE(entries.size(), 4U);
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const auto& one, const auto& other) { return one.at < other.at; }));
}

}  // namespace
}  // namespace glisson::storage
