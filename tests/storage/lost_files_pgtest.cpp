#include <gtest/gtest.h>

#include "storage/index.hpp"
#include "tests/storage/received.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using std::chrono::seconds;

class LostFilesTest : public testing::Test {
 protected:
  IngestResult receive(const ReceivedInstance& instance, bool present) {
    return ingest(database_, instance, seconds(100), [&](const std::string& file_id, std::uint64_t bytes) {
      asked_ = file_id;
      EXPECT_EQ(bytes, instance.bytes);
      return present;
    });
  }
  std::string value(const std::string& sql) const { return test_.value(sql); }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  std::string asked_;
};

TEST_F(LostFilesTest, AnObjectWhoseFileIsThereIsADuplicate) {
  const ReceivedInstance first = image("1.2.3.1.1");
  receive(first, true);
  EXPECT_EQ(asked_, "");
  EXPECT_EQ(receive(image("1.2.3.1.1"), true), IngestResult::duplicate);
  EXPECT_EQ(asked_, first.file_id);
  EXPECT_EQ(value("select file_id from instance"), first.file_id);
}

TEST_F(LostFilesTest, AnObjectWhoseFileWasLostIsRepairedByTheSameBytes) {
  receive(image("1.2.3.1.1"), true);
  const ReceivedInstance again = image("1.2.3.1.1");
  EXPECT_EQ(receive(again, false), IngestResult::repaired);
  EXPECT_EQ(value("select file_id from instance"), again.file_id);
  EXPECT_EQ(value("select count(*) from instance"), "1");
  EXPECT_EQ(value("select count(*) from job"), "0");
}

TEST_F(LostFilesTest, AnalysesThatEndedForWantOfTheFileRunAgain) {
  receive(image("1.2.3.1.1"), true);
  receive(segmentation_of({"1.2.3.1.1"}), true);
  const auto end_analysis = [&](const std::string& reason) {
    test_.rows("update job set state = 'dead', reason = '" + reason + "', finished_at = now() returning 1");
  };
  end_analysis("no_segment_of_interest");
  receive(image("1.2.3.1.1"), false);
  EXPECT_EQ(value("select count(*) from job where state = 'scheduled'"), "0");
  end_analysis("missing_file");
  receive(image("1.2.3.1.1"), false);
  EXPECT_EQ(value("select count(*) from job where state = 'scheduled'"), "1");
  end_analysis("missing_file");
  receive(segmentation_of({"1.2.3.1.1"}), false);
  EXPECT_EQ(value("select count(*) from job where state = 'scheduled'"), "1");
}

TEST_F(LostFilesTest, AStudysExtentIsEverythingThatWasStoredOfIt) {
  EXPECT_EQ(study_extent(database_, dicom::StudyInstanceUid("1.2.3")).instances, 0U);
  const ReceivedInstance received = image("1.2.3.1.1");
  receive(received, true);
  receive(image("1.2.3.2.1", "", "1.2.3", "1.2.3.2"), true);
  receive(image("1.2.4.1.1", "", "1.2.4"), true);
  const StudyExtent extent = study_extent(database_, dicom::StudyInstanceUid("1.2.3"));
  EXPECT_EQ(extent.instances, 2U);
  EXPECT_EQ(extent.bytes, 2000U);
  EXPECT_TRUE(is_indexed(database_, dicom::SopInstanceUid("1.2.3.1.1"), received.digest));
  EXPECT_FALSE(is_indexed(database_, dicom::SopInstanceUid("1.2.3.1.1"), sha256("other")));
}

}  // namespace
}  // namespace glisson::storage
