#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "storage/results.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

using tests::claim;
using tests::sample_result;

class DeliveryTest : public ::testing::Test {
 protected:
  void analyse(const AnalysisResult& result) {
    tests::schedule_analysis(test_, study_);
    ASSERT_TRUE(store_results(database_, claim(database_, JobKind::analyse), result));
  }
  std::string deliver_job(const std::string& column) {
    return test_.value("select " + column + " from job where kind = 'deliver'");
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(DeliveryTest, SendsTheFirstReportByteForByte) {
  tests::add_destination(test_, "PACS", "research");
  const AnalysisResult result = sample_result("one");
  analyse(result);
  const auto delivery = load_delivery(database_, claim(database_, JobKind::deliver));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->peer.name, "PACS");
  EXPECT_EQ(delivery->peer.port, 104);
  EXPECT_EQ(delivery->iod, "comprehensive_3d");
  EXPECT_EQ(delivery->sop_instance_uid, result.reports.front().sop_instance_uid);
  EXPECT_EQ(delivery->part10, result.reports.front().part10);
  EXPECT_EQ(delivery->hold_reason, "");
  EXPECT_FALSE(delivery->last_iod);
}

TEST_F(DeliveryTest, MarksWhatWasSentAndCompletesTheJob) {
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("one"));
  const Job job = claim(database_, JobKind::deliver);
  const std::string uid = load_delivery(database_, job)->sop_instance_uid;
  EXPECT_TRUE(mark_delivered(database_, job, uid));
  EXPECT_EQ(deliver_job("state"), "done");
  EXPECT_EQ(test_.value(
                "select destination from report_overview where sent_at is not null and sop_instance_uid = '" +
                uid + "'"),
            "PACS");
  EXPECT_EQ(test_.value("select count(*) from report_overview where sent_at is null"), "2");
}

TEST_F(DeliveryTest, GoesToALaterPeerAndAgainOnDemand) {
  analyse(sample_result("one"));
  const std::int64_t peer = tests::add_destination(test_, "LATER", "research");
  const auto deliver = [&](const std::string& study) { return deliver_study(database_, study, peer); };
  EXPECT_EQ(deliver("9.9.9").reports, 0U);
  EXPECT_EQ(deliver(study_.study_instance_uid).scheduled, 1U);
  const Redelivery waiting = deliver(study_.accession_number);
  EXPECT_EQ(waiting.reports, 1U);
  EXPECT_EQ(waiting.scheduled, 0U);
  std::string first;
  for (int times = 0; times < 2; ++times) {
    const Job job = claim(database_, JobKind::deliver);
    const std::string uid = load_delivery(database_, job)->sop_instance_uid;
    EXPECT_EQ(first.empty() ? uid : first, uid);
    first = uid;
    EXPECT_TRUE(mark_delivered(database_, job, uid));
    EXPECT_EQ(deliver_job("state"), "done");
    EXPECT_EQ(deliver(study_.study_instance_uid).scheduled, 1U);
  }
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'deliver'"), "1");
}

TEST_F(DeliveryTest, SaysForHowLongTheDestinationTookNothing) {
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("one"));
  const Job first = claim(database_, JobKind::deliver);
  EXPECT_EQ(unavailable_for(database_, first).count(), 0);
  retry_job(database_, first, std::chrono::milliseconds(0), {"transient", "no connection"}, 1000);
  test_.rows(
      "update job_attempt set started_at = now() - interval '100 s' where outcome = 'retry' returning 1");
  const Job second = claim(database_, JobKind::deliver);
  EXPECT_GE(unavailable_for(database_, second).count(), 100);
  mark_delivered(database_, second, load_delivery(database_, second)->sop_instance_uid);
  EXPECT_EQ(unavailable_for(database_, second).count(), 0);
}

TEST_F(DeliveryTest, ToOneDestinationThatIsSilentDoesNotDelayTheOthers) {
  tests::add_destination(test_, "SILENT", "research");
  analyse(sample_result("one"));
  const Job tried = claim(database_, JobKind::deliver);
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("two"));
  ASSERT_TRUE(retry_job(database_, tried, std::chrono::hours(1), {"destination_silent", ""}, 100));
  pause_destination(database_, tried, std::chrono::hours(1));
  EXPECT_EQ(load_delivery(database_, claim(database_, JobKind::deliver))->peer.name, "PACS");
  EXPECT_THROW(claim(database_, JobKind::deliver), std::runtime_error);

  resume_destination(database_, tried);
  EXPECT_EQ(load_delivery(database_, claim(database_, JobKind::deliver))->peer.name, "SILENT");
  EXPECT_EQ(load_delivery(database_, claim(database_, JobKind::deliver))->peer.name, "SILENT");
}

TEST_F(DeliveryTest, OfALateWorkerIsNotMarked) {
  tests::add_destination(test_, "PACS", "research");
  const AnalysisResult result = sample_result("one");
  analyse(result);
  const Job late = tests::claim_and_stall(database_, JobKind::deliver);
  const Job present = claim(database_, JobKind::deliver);
  EXPECT_FALSE(mark_delivered(database_, late, result.reports[0].sop_instance_uid));
  EXPECT_FALSE(fall_back_to_next_iod(database_, late, {"refused", "0x0122"}));
  EXPECT_EQ(test_.value("select count(*) from delivery"), "0");
  EXPECT_EQ(deliver_job("coalesce(iod, '')"), "");
  EXPECT_TRUE(mark_delivered(database_, present, result.reports[0].sop_instance_uid));
}

TEST_F(DeliveryTest, RefusesToMarkAForeignReport) {
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("one"));
  EXPECT_THROW(mark_delivered(database_, claim(database_, JobKind::deliver), "2.25.404"), std::logic_error);
  EXPECT_EQ(deliver_job("state"), "running");
}

TEST_F(DeliveryTest, FallsBackThroughTheIodsAndIsBlockedAfterTheLast) {
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("one"));
  const JobReason refused{"refused", "SOP class not supported (0x0122)."};
  std::vector<std::string> iods;
  std::vector<bool> last;
  while (deliver_job("state") == "scheduled") {
    const Job job = claim(database_, JobKind::deliver);
    const auto delivery = load_delivery(database_, job);
    ASSERT_TRUE(delivery);
    iods.push_back(delivery->iod);
    last.push_back(delivery->last_iod);
    ASSERT_TRUE(fall_back_to_next_iod(database_, job, refused));
  }
  EXPECT_THAT(iods, ::testing::ElementsAre("comprehensive_3d", "comprehensive", "enhanced"));
  EXPECT_THAT(last, ::testing::ElementsAre(false, false, true));
  EXPECT_EQ(deliver_job("state"), "blocked");
  EXPECT_EQ(deliver_job("reason"), "refused");
  EXPECT_EQ(deliver_job("failures"), "0");
}

TEST_F(DeliveryTest, GivesDemonstrationScoresToDestinationsOfPurposeTestOnly) {
  for (const char* purpose : {"test", "research", "clinical_study"}) {
    tests::add_destination(test_, purpose, purpose);
  }
  const AnalysisResult result = sample_result("one", true);
  analyse(result);
  for (int destination = 0; destination < 3; ++destination) {
    const auto delivery = load_delivery(database_, claim(database_, JobKind::deliver));
    ASSERT_TRUE(delivery);
    const bool is_test = delivery->peer.purpose == Purpose::test;
    EXPECT_EQ(delivery->sop_instance_uid, result.reports[is_test ? 0 : 3].sop_instance_uid);
  }
}

// The declaration was changed between two tries: the second try must not send what the first might.
TEST_F(DeliveryTest, FollowsTheDeclarationAsItIsNow) {
  tests::add_destination(test_, "PACS", "test");
  const AnalysisResult result = sample_result("one", true);
  analyse(result);
  const Job job = claim(database_, JobKind::deliver);
  ASSERT_TRUE(fall_back_to_next_iod(database_, job, {"refused", ""}));
  test_.rows("update peer set purpose = 'research'");
  const auto delivery = load_delivery(database_, claim(database_, JobKind::deliver));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->iod, "comprehensive");
  EXPECT_EQ(delivery->sop_instance_uid, result.reports[4].sop_instance_uid);
}

TEST_F(DeliveryTest, GivesADestinationOfPurposeTestThePlainReportWhereNoDemonstrationRan) {
  tests::add_destination(test_, "PACS", "test");
  const AnalysisResult result = sample_result("one");
  analyse(result);
  const auto delivery = load_delivery(database_, claim(database_, JobKind::deliver));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->sop_instance_uid, result.reports.front().sop_instance_uid);
}

TEST_F(DeliveryTest, HasNothingForAResearchDestinationWhereOnlyDemonstrationsWereWritten) {
  tests::add_destination(test_, "PACS", "research");
  AnalysisResult result = sample_result("one", true);
  result.reports.resize(3);
  analyse(result);
  EXPECT_FALSE(load_delivery(database_, claim(database_, JobKind::deliver)));
}

TEST_F(DeliveryTest, SaysWhenTheTermEndedAfterTheJobWasMade) {
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("one"));
  test_.rows("update peer set valid_until = current_date - 1");
  const auto delivery = load_delivery(database_, claim(database_, JobKind::deliver));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->hold_reason, "term_over");
}

TEST_F(DeliveryTest, IsValidOnTheLastDayOfTheTerm) {
  tests::add_destination(test_, "PACS", "research");
  test_.rows("update peer set valid_until = current_date");
  analyse(sample_result("one"));
  EXPECT_EQ(load_delivery(database_, claim(database_, JobKind::deliver))->hold_reason, "");
}

TEST_F(DeliveryTest, IsReleasedWhenTheDestinationDeclaresItsPurpose) {
  tests::add_destination(test_, "PACS", "");
  analyse(sample_result("one"));
  EXPECT_EQ(deliver_job("state"), "held");
  auto peer = find_peer_by_name(database_, "PACS");
  ASSERT_TRUE(peer);
  peer->purpose = Purpose::research;
  peer->responsible = "Dr. Who";
  peer->valid_until = "2999-12-31";
  change_peer(database_, *peer);
  EXPECT_EQ(deliver_job("state"), "scheduled");
  EXPECT_EQ(load_delivery(database_, claim(database_, JobKind::deliver))->hold_reason, "");
}

TEST_F(DeliveryTest, HasNothingForARemovedPeer) {
  tests::add_destination(test_, "PACS", "research");
  analyse(sample_result("one"));
  const Job job = claim(database_, JobKind::deliver);
  ASSERT_TRUE(remove_peer(database_, "PACS"));
  EXPECT_FALSE(load_delivery(database_, job));
}

}  // namespace
}  // namespace glisson::storage
