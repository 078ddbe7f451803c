#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/job_queue.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

using tests::claim;

/// The segmentation of a study came again with other bytes.
class Comparison : public ::testing::Test {
 protected:
  Comparison() {
    second_ = test_.value(
        "insert into instance (series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, state, "
        "file_id, "
        "bytes, digest) select series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, 'pending', "
        "'second', 1, sha256('second') from instance where instance_id = " +
        first_ + " returning instance_id");
    test_.rows("insert into job (kind, state, instance_id) values ('compare', 'scheduled', " + second_ + ")");
  }
  std::string state_of(const std::string& instance) {
    return test_.value("select state from instance where instance_id = " + instance);
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
  std::string first_ = std::to_string(study_.segmentation_id);
  std::string second_;
};

TEST_F(Comparison, OfSameContentMakesTheSecondCurrent) {
  EXPECT_TRUE(decide_comparison(database_, claim(database_, JobKind::compare), true));
  EXPECT_EQ(state_of(first_), "superseded");
  EXPECT_EQ(state_of(second_), "current");
  EXPECT_EQ(test_.value("select state from job where kind = 'compare'"), "done");
}

TEST_F(Comparison, OfSameContentLetsAScheduledAnalysisReadTheSecond) {
  tests::schedule_analysis(test_, study_);
  EXPECT_TRUE(decide_comparison(database_, claim(database_, JobKind::compare), true));
  EXPECT_EQ(std::to_string(claim(database_, JobKind::analyse).instance_id), second_);
}

// The analysis was claimed before the comparison: it died of a conflict that turned out to be none.
TEST_F(Comparison, OfSameContentResumesAnAnalysisThatMetTheConflict) {
  tests::schedule_analysis(test_, study_);
  const Job analysis = claim(database_, JobKind::analyse);
  ASSERT_TRUE(kill_job(database_, analysis, {"conflicting_instances", ""}));
  EXPECT_TRUE(decide_comparison(database_, claim(database_, JobKind::compare), true));
  const Job resumed = claim(database_, JobKind::analyse);
  EXPECT_EQ(resumed.id, analysis.id);
  EXPECT_EQ(std::to_string(resumed.instance_id), second_);
}

TEST_F(Comparison, OfAnImageResumesTheAnalysesThatReferToIt) {
  tests::schedule_analysis(test_, study_);
  const Job analysis = claim(database_, JobKind::analyse);
  ASSERT_TRUE(kill_job(database_, analysis, {"conflicting_instances", ""}));
  const std::string image = test_.value("select instance_id from instance where sop_instance_uid = '" +
                                        study_.study_instance_uid + ".1.1'");
  test_.rows("update job set instance_id = " + image + " where kind = 'compare'");
  EXPECT_TRUE(decide_comparison(database_, claim(database_, JobKind::compare), true));
  EXPECT_EQ(claim(database_, JobKind::analyse).id, analysis.id);
}

// Labels may have changed, which decide what is analysed and how it is called.
TEST_F(Comparison, OfSameContentRunsFinishedAnalysesAgainOnTheSecond) {
  test_.rows("insert into segmentation_reference (segmentation_id, sop_instance_uid) select " + second_ +
             ", sop_instance_uid from segmentation_reference where segmentation_id = " + first_);
  for (const bool done : {true, false}) {
    tests::schedule_analysis(test_, study_);
    const Job before = claim(database_, JobKind::analyse);
    if (done) {
      ASSERT_TRUE(complete_job(database_, before));
    } else {
      ASSERT_TRUE(kill_job(database_, before, {"no_segment_of_interest", ""}));
    }
  }
  EXPECT_TRUE(decide_comparison(database_, claim(database_, JobKind::compare), true));
  EXPECT_EQ(std::to_string(claim(database_, JobKind::analyse).instance_id), second_);
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'analyse' and state = 'scheduled'"), "0");
}

TEST_F(Comparison, OfSameContentWaitsForFurtherRevisions) {
  test_.rows("insert into segmentation_reference (segmentation_id, sop_instance_uid) select " + second_ +
             ", sop_instance_uid from segmentation_reference where segmentation_id = " + first_);
  tests::schedule_analysis(test_, study_);
  EXPECT_TRUE(
      decide_comparison(database_, claim(database_, JobKind::compare), true, "", std::chrono::seconds(60)));
  EXPECT_EQ(test_.value("select run_at > now() + interval '50 s' from job where kind = 'analyse'"), "t");
}

TEST_F(Comparison, OfOtherContentQuarantinesTheSecondVisibly) {
  EXPECT_TRUE(decide_comparison(database_, claim(database_, JobKind::compare), false));
  EXPECT_EQ(state_of(first_), "current");
  EXPECT_EQ(state_of(second_), "quarantined");
  const auto alerts = list_jobs(database_, {.state = "dead", .kind = {}, .limit = 10});
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts.front().reason, "conflicting_instances");
}

TEST_F(Comparison, KeepingTheFirstEndsTheQuarantineAndResumesTheAnalysis) {
  tests::schedule_analysis(test_, study_);
  const Job analysis = claim(database_, JobKind::analyse);
  const Job comparison = claim(database_, JobKind::compare);
  ASSERT_TRUE(kill_job(database_, analysis, {"conflicting_instances", ""}));
  ASSERT_TRUE(decide_comparison(database_, comparison, false));
  EXPECT_TRUE(decide_conflict(database_, comparison.id, KeptObject::first));
  EXPECT_EQ(state_of(first_), "current");
  EXPECT_EQ(state_of(second_), "superseded");
  EXPECT_EQ(claim(database_, JobKind::analyse).id, analysis.id);
  EXPECT_EQ(test_.value("select state from job where kind = 'compare'"), "done");
  EXPECT_FALSE(decide_conflict(database_, comparison.id, KeptObject::second));
}

TEST_F(Comparison, KeepingTheSecondAnalysesItEvenWhereTheFirstWasReported) {
  test_.rows("insert into segmentation_reference (segmentation_id, sop_instance_uid) select " + second_ +
             ", sop_instance_uid from segmentation_reference where segmentation_id = " + first_);
  tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(complete_job(database_, claim(database_, JobKind::analyse)));
  const Job comparison = claim(database_, JobKind::compare);
  ASSERT_TRUE(decide_comparison(database_, comparison, false));
  EXPECT_TRUE(decide_conflict(database_, comparison.id, KeptObject::second));
  EXPECT_EQ(state_of(first_), "superseded");
  EXPECT_EQ(state_of(second_), "current");
  EXPECT_EQ(std::to_string(claim(database_, JobKind::analyse).instance_id), second_);
}

TEST_F(Comparison, KeepingAnotherImageAnalysesItsSegmentationAgain) {
  tests::schedule_analysis(test_, study_);
  ASSERT_TRUE(complete_job(database_, claim(database_, JobKind::analyse)));
  test_.rows("update instance set state = 'superseded', sop_instance_uid = '1.2.3' where instance_id = " +
             second_);
  test_.rows(
      "insert into instance (series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, state, "
      "file_id, bytes, "
      "digest) select series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, 'pending', 'other', "
      "1, "
      "sha256('other') from instance where sop_instance_uid = '" +
      study_.study_instance_uid + ".1.1'");
  test_.rows(
      "update job set instance_id = (select instance_id from instance where file_id = 'other') "
      "where kind = 'compare'");
  const Job comparison = claim(database_, JobKind::compare);
  ASSERT_TRUE(decide_comparison(database_, comparison, false));
  EXPECT_TRUE(decide_conflict(database_, comparison.id, KeptObject::second));
  EXPECT_EQ(std::to_string(claim(database_, JobKind::analyse).instance_id), first_);
}

TEST_F(Comparison, OnlyAConflictCanBeDecided) {
  const Job comparison = claim(database_, JobKind::compare);
  EXPECT_FALSE(decide_conflict(database_, comparison.id, KeptObject::first));
  ASSERT_TRUE(decide_comparison(database_, comparison, true));
  EXPECT_FALSE(decide_conflict(database_, comparison.id, KeptObject::first));
}

TEST_F(Comparison, OfALateWorkerDecidesNothing) {
  const Job late = tests::claim_and_stall(database_, JobKind::compare);
  claim(database_, JobKind::compare);
  EXPECT_FALSE(decide_comparison(database_, late, true));
  EXPECT_FALSE(decide_comparison(database_, late, false));
  EXPECT_EQ(state_of(first_), "current");
  EXPECT_EQ(state_of(second_), "pending");
}

}  // namespace
}  // namespace glisson::storage
