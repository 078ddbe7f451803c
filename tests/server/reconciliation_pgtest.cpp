#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "dicom/data_set_digest.hpp"
#include "dicom/instance_reader.hpp"
#include "server/reconciliation.hpp"
#include "storage/index.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::server {
namespace {

using std::chrono::seconds;

class Reconciliation : public ::testing::Test {
 protected:
  /// A file as a process leaves it that is killed between rename and COMMIT.
  std::string publish(int slice) {
    storage::IncomingFile file = begin(slice);
    file.publish();
    return file.id();
  }
  storage::IncomingFile begin(int slice) {
    storage::IncomingFile file = store_.begin();
    std::filesystem::copy_file(images_.at(static_cast<std::size_t>(slice)), file.path(),
                               std::filesystem::copy_options::overwrite_existing);
    return file;
  }
  void ingest(const std::string& id) {
    const auto path = store_.path_of(id);
    const auto content = dicom::data_set_digest(path);
    storage::ingest(database_, {dicom::read_instance_header(path), id, content.bytes, content.digest, 0},
                    seconds(10));
  }
  ReconciliationReport run() { return reconcile(database_, store_, {}, seconds(0)); }
  std::string count() const { return test_.value("select count(*) from instance"); }

  tests::TemporaryFolder folder_;
  tests::TestDatabase test_;
  storage::Database database_ = test_.connect();
  storage::InstanceStore store_{folder_.path() / "store"};
  std::vector<std::filesystem::path> images_ = tests::write_series({}, folder_.path() / "images");
};

TEST_F(Reconciliation, IndexesAFileThatNoRowNames) {
  const std::string id = publish(0);
  EXPECT_EQ(run().indexed, 1U);
  EXPECT_EQ(test_.value("select file_id from instance"), id);
  EXPECT_EQ(run().indexed, 0U);
  EXPECT_TRUE(std::filesystem::exists(store_.path_of(id)));
}

TEST_F(Reconciliation, RemovesASecondCopyOnly) {
  const std::string first = publish(0);
  ingest(first);
  const std::string second = publish(0);
  EXPECT_EQ(run().removed, 1U);
  EXPECT_TRUE(std::filesystem::exists(store_.path_of(first)));
  EXPECT_FALSE(std::filesystem::exists(store_.path_of(second)));
}

TEST_F(Reconciliation, LeavesAFileWhoseAssociationIsSlowToCommit) {
  storage::IncomingFile file = begin(0);
  file.publish();
  const ReconciliationReport report = run();
  EXPECT_EQ(report.indexed + report.removed, 0U);
  EXPECT_EQ(count(), "0");
}

TEST_F(Reconciliation, SweepsPartialFilesThatNobodyWrites) {
  const storage::IncomingFile written = begin(1);
  const auto left = folder_.path() / "store/incoming/00000000000000000000000000000001.part";
  std::ofstream(left) << "half a data set";
  EXPECT_EQ(run().swept, 1U);
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(written.path()));
}

}  // namespace
}  // namespace glisson::server
