#include <gtest/gtest.h>

#include "storage/index.hpp"
#include "tests/storage/received.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using std::chrono::seconds;

class AnalysisInputsTest : public testing::Test {
 protected:
  void receive(const ReceivedInstance& instance) { ingest(database_, instance, seconds(10)); }
  std::int64_t id_of(const std::string& file_id) const {
    return std::stoll(test_.value("select instance_id from instance where file_id = '" + file_id + "'"));
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
};

TEST_F(AnalysisInputsTest, NamesTheCurrentImagesInOrderOfTheirUids) {
  const ReceivedInstance seg = segmentation_of({"1.2.3.1.10", "1.2.3.1.2", "1.2.3.1.3"});
  receive(seg);
  const ReceivedInstance second = image("1.2.3.1.2", "", "7.7.7", "7.7.7.1");
  const ReceivedInstance tenth = image("1.2.3.1.10");
  receive(second);
  receive(tenth);
  receive(image("1.2.3.1.99"));
  const AnalysisInputs inputs = analysis_inputs(database_, id_of(seg.file_id));
  EXPECT_EQ(inputs.study_instance_uid, "1.2.3");
  EXPECT_EQ(inputs.accession_number, "A1");
  EXPECT_EQ(inputs.segmentation_file_id, seg.file_id);
  EXPECT_EQ(inputs.segmentation_digest, seg.digest);
  EXPECT_EQ(inputs.referenced, 3U);
  ASSERT_EQ(inputs.images.size(), 2U);
  EXPECT_EQ(inputs.images[0].sop_instance_uid, "1.2.3.1.10");
  EXPECT_EQ(inputs.images[0].file_id, tenth.file_id);
  EXPECT_EQ(inputs.images[0].digest, tenth.digest);
  EXPECT_EQ(inputs.images[1].file_id, second.file_id);
  EXPECT_FALSE(inputs.conflicting);
}

TEST_F(AnalysisInputsTest, NamesTheOtherImagesOfTheSeries) {
  const ReceivedInstance seg = segmentation_of({"1.2.3.1.3", "1.2.3.1.5"});
  const ReceivedInstance between = image("1.2.3.1.4");
  for (const char* uid : {"1.2.3.1.5", "1.2.3.1.3", "1.2.3.1.2"}) receive(image(uid));
  receive(between);
  receive(image("1.2.3.2.1", "", "1.2.3", "1.2.3.2"));
  receive(seg);
  const std::int64_t id = id_of(seg.file_id);
  AnalysisInputs inputs = analysis_inputs(database_, id);
  EXPECT_EQ(inputs.images.size(), 2U);
  ASSERT_EQ(inputs.rest_of_series.size(), 2U);
  EXPECT_EQ(inputs.rest_of_series[0].sop_instance_uid, "1.2.3.1.2");
  EXPECT_EQ(inputs.rest_of_series[1].file_id, between.file_id);
  EXPECT_EQ(inputs.rest_of_series[1].digest, between.digest);

  EXPECT_LE(inputs.settled, seconds(5));
  test_.rows("update instance set received_at = now() - interval '100 s' returning 1");
  inputs = analysis_inputs(database_, id);
  test_.rows(
      "update instance set received_at = to_timestamp(1700000000) where sop_instance_uid = '1.2.3.1.4' "
      "returning 1");
  test_.rows(
      "update instance set received_at = to_timestamp(1600000000) where sop_instance_uid <> '1.2.3.1.4' "
      "returning 1");
  EXPECT_EQ(analysis_inputs(database_, id).received_at, 1700000000);
  EXPECT_GE(inputs.settled, seconds(99));
  EXPECT_LE(inputs.settled, seconds(110));

  receive(image("1.2.3.1.4", "other"));
  inputs = analysis_inputs(database_, id);
  EXPECT_FALSE(inputs.conflicting);
  ASSERT_EQ(inputs.rest_of_series.size(), 1U);
  EXPECT_EQ(inputs.rest_of_series[0].sop_instance_uid, "1.2.3.1.2");
}

TEST_F(AnalysisInputsTest, HaveNothingToSettleWhereEveryImageIsReferred) {
  const ReceivedInstance seg = segmentation_of({"1.2.3.1.1", "1.2.3.1.2"});
  for (const auto& received : {image("1.2.3.1.1"), image("1.2.3.1.2"), seg}) receive(received);
  const AnalysisInputs inputs = analysis_inputs(database_, id_of(seg.file_id));
  EXPECT_TRUE(inputs.rest_of_series.empty());
  EXPECT_EQ(inputs.settled, seconds::max());
}

TEST_F(AnalysisInputsTest, SaysWhetherAnyInputIsInConflict) {
  const ReceivedInstance seg = segmentation_of({"1.2.3.1.1"});
  receive(seg);
  receive(image("1.2.3.1.1"));
  receive(image("1.2.3.1.5"));
  const std::int64_t id = id_of(seg.file_id);
  receive(image("1.2.3.1.5", "other"));
  EXPECT_FALSE(analysis_inputs(database_, id).conflicting);
  receive(image("1.2.3.1.1", "other"));
  EXPECT_TRUE(analysis_inputs(database_, id).conflicting);
  test_.rows("update instance set state = 'quarantined' where state = 'pending' returning 1");
  EXPECT_TRUE(analysis_inputs(database_, id).conflicting);
  test_.rows("update instance set state = 'superseded' where state = 'quarantined' returning 1");
  EXPECT_FALSE(analysis_inputs(database_, id).conflicting);
  receive(segmentation_of({"1.2.3.1.1"}, "1.2.3.9.1", "other"));
  EXPECT_TRUE(analysis_inputs(database_, id).conflicting);
}

TEST_F(AnalysisInputsTest, CountsTheWaitSinceTheLastWake) {
  const ReceivedInstance seg = segmentation_of({"1.2.3.1.1", "1.2.3.1.2"});
  receive(seg);
  const std::int64_t id = id_of(seg.file_id);
  EXPECT_LE(analysis_inputs(database_, id).waiting, seconds(5));
  test_.rows("update job set waiting_since = now() - interval '100 s', run_at = now() returning 1");
  EXPECT_GE(analysis_inputs(database_, id).waiting, seconds(99));
  receive(image("1.2.3.1.1"));
  EXPECT_LE(analysis_inputs(database_, id).waiting, seconds(5));
}

TEST_F(AnalysisInputsTest, NamesTheTwoObjectsToCompare) {
  const ReceivedInstance first = image("1.2.3.1.1");
  const ReceivedInstance second = image("1.2.3.1.1", "other");
  receive(first);
  receive(second);
  const ComparisonInputs inputs = comparison_inputs(database_, id_of(second.file_id));
  EXPECT_EQ(inputs.first_file_id, first.file_id);
  EXPECT_EQ(inputs.second_file_id, second.file_id);
  EXPECT_THROW(comparison_inputs(database_, 4711), std::logic_error);
}

}  // namespace
}  // namespace glisson::storage
