#include <gtest/gtest.h>

#include "storage/alerts.hpp"
#include "storage/node_state.hpp"
#include "tests/storage/received.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using std::chrono::seconds;

class AlertsTest : public testing::Test {
 protected:
  tests::TestDatabase test_;
  Database database_ = test_.connect();
};

TEST_F(AlertsTest, CountWhatHappensAgainUntilTheyAreClosed) {
  ingest(database_, image("1.2.3.1.1"), seconds(0));
  raise_alert(database_, AlertKind::study_too_large, "1.2.3", "first", "1.2.3");
  raise_alert(database_, AlertKind::study_too_large, "1.2.3", "second", "1.2.3");
  raise_alert(database_, AlertKind::queue_full, "node", "other");
  auto alerts = list_alerts(database_, false, 10);
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].kind, "queue_full");
  EXPECT_EQ(alerts[0].study_instance_uid, "");
  EXPECT_EQ(alerts[1].times, 2U);
  EXPECT_EQ(alerts[1].detail, "second");
  EXPECT_EQ(alerts[1].study_instance_uid, "1.2.3");

  EXPECT_TRUE(close_alert(database_, alerts[1].id));
  EXPECT_FALSE(close_alert(database_, alerts[1].id));
  EXPECT_TRUE(close_alert(database_, AlertKind::queue_full, "node"));
  EXPECT_FALSE(close_alert(database_, AlertKind::queue_full, "node"));
  EXPECT_TRUE(list_alerts(database_, false, 10).empty());
  EXPECT_EQ(list_alerts(database_, true, 10).size(), 2U);

  raise_alert(database_, AlertKind::study_too_large, "1.2.3", "third", "1.2.3");
  alerts = list_alerts(database_, false, 10);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].times, 1U);
}

TEST_F(AlertsTest, NodeStateIsWhatWasReportedLast) {
  EXPECT_FALSE(node_state(database_, "here"));
  NodeState state;
  state.node = "here";
  state.store = {1000, 200};
  state.database = DiskSpace{3000, 400};
  state.queue = {5, seconds(6)};
  report_node_state(database_, state);
  EXPECT_FALSE(refusal_of(database_, "here"));
  state.refusal = Refusal{"queue_full", "6 analyses are due"};
  state.database = std::nullopt;
  report_node_state(database_, state);

  const auto read = node_state(database_, "here");
  ASSERT_TRUE(read);
  ASSERT_TRUE(read->refusal);
  EXPECT_EQ(read->refusal->reason, "queue_full");
  EXPECT_EQ(read->store.free, 1000U);
  EXPECT_EQ(read->store.mark, 200U);
  EXPECT_FALSE(read->database);
  EXPECT_EQ(read->queue.due, 5U);
  EXPECT_EQ(read->queue.oldest, seconds(6));
  EXPECT_LT(read->age, seconds(5));
  ASSERT_TRUE(refusal_of(database_, "here"));
  EXPECT_FALSE(refusal_of(database_, "elsewhere"));
}

TEST_F(AlertsTest, AStateThatNobodyKeepsRefusesNothing) {
  NodeState state;
  state.node = "here";
  state.refusal = Refusal{"queue_full", "6 analyses are due"};
  report_node_state(database_, state);
  for (const char* moment : {"now() - interval '1 minute'", "now() + interval '1 minute'"}) {
    test_.rows(std::string("update node_state set checked_at = ") + moment + " returning 1");
    EXPECT_FALSE(refusal_of(database_, "here")) << moment;
    EXPECT_GE(node_state(database_, "here")->age, seconds(59)) << moment;
  }
}

TEST_F(AlertsTest, QueueLoadIsOfAnalysesThatAreDue) {
  EXPECT_EQ(queue_load(database_).due, 0U);
  ingest(database_, segmentation_of({"1.2.3.1.1"}), seconds(3600));
  EXPECT_EQ(queue_load(database_).due, 0U);
  test_.rows("update job set run_at = now() - interval '90 s' returning 1");
  const QueueLoad load = queue_load(database_);
  EXPECT_EQ(load.due, 1U);
  EXPECT_GE(load.oldest, seconds(90));
  EXPECT_LT(load.oldest, seconds(100));
}

}  // namespace
}  // namespace glisson::storage
