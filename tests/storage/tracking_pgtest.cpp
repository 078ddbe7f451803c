#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dicom/identity.hpp"
#include "storage/results.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

/// Two segmentations of one patient in one frame of reference: the second is the revision of the first.
class TrackingTest : public ::testing::Test {
 protected:
  tests::TestDatabase test_;
  Database database_ = test_.connect();
  std::int64_t first_ = tests::store_study(test_).segmentation_id;
  std::int64_t revised_ = tests::store_study(test_).segmentation_id;
};

TEST_F(TrackingTest, GivesTheSameSegmentTheSameIdentifiersAgain) {
  const Tracking once = tracking_for(database_, first_, 2, "Tumour", {10, 20, 30});
  const Tracking again = tracking_for(database_, first_, 2, "Tumour", {10, 20, 30});
  EXPECT_EQ(once.id, "Tumour 1");
  EXPECT_TRUE(dicom::is_valid_uid(once.uid));
  EXPECT_EQ(again.id, once.id);
  EXPECT_EQ(again.uid, once.uid);
}

TEST_F(TrackingTest, KeepsIdentifiersWhenTheSegmentationIsRevised) {
  const Tracking before = tracking_for(database_, first_, 2, "Tumour", {10, 20, 30});
  const Tracking after = tracking_for(database_, revised_, 3, "Tumour", {11, 20, 31});
  EXPECT_EQ(after.uid, before.uid);
}

TEST_F(TrackingTest, KeepsTwoRegionsOfOneSegmentationApart) {
  const Tracking one = tracking_for(database_, first_, 1, "Tumour", {10, 20, 30});
  const Tracking other = tracking_for(database_, first_, 2, "Tumour", {12, 20, 30});
  EXPECT_NE(one.uid, other.uid);
  EXPECT_EQ(other.id, "Tumour 2");
  EXPECT_EQ(tracking_for(database_, revised_, 1, "Tumour", {12, 20, 30}).uid, other.uid);
  EXPECT_EQ(tracking_for(database_, revised_, 2, "Tumour", {10, 20, 30}).uid, one.uid);
}

TEST_F(TrackingTest, TellsRegionsApartByPlaceLabelAndPatient) {
  const Tracking tumour = tracking_for(database_, first_, 1, "Tumour", {10, 20, 30});
  EXPECT_NE(tracking_for(database_, revised_, 1, "Tumour", {10, 20, 45}).uid, tumour.uid);
  EXPECT_NE(tracking_for(database_, revised_, 2, "Liver", {10, 20, 30}).uid, tumour.uid);
  const auto other = tests::store_study(test_);
  test_.rows("update study set patient_id = 'P2' where study_instance_uid = '" + other.study_instance_uid +
             "'");
  EXPECT_NE(tracking_for(database_, other.segmentation_id, 1, "Tumour", {10, 20, 30}).uid, tumour.uid);
}

}  // namespace
}  // namespace glisson::storage
