#include "storage/instance_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "engine/errors.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class InstanceStoreTest : public testing::Test {
 protected:
  InstanceStoreTest() {
    std::string name = "/tmp/glisson-store-test.XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~InstanceStoreTest() override { fs::remove_all(folder_); }

  static void write(const IncomingFile& file, const std::string& text) {
    ASSERT_EQ(::write(file.descriptor(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  static std::string read(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static std::size_t files_below(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  static std::vector<std::string> ids_older_than(const InstanceStore& store, seconds age) {
    std::vector<std::string> all;
    store.visit_older_than(
        age, 10, [&](const std::vector<std::string>& ids) { all.insert(all.end(), ids.begin(), ids.end()); });
    return all;
  }

  fs::path folder_;
};

TEST_F(InstanceStoreTest, PublishesUnderAnIdOfItsOwn) {
  const InstanceStore store(folder_ / "store");
  std::string id;
  {
    IncomingFile file = store.begin();
    id = file.id();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(file.path(), folder_ / "store/incoming" / (id + ".part"));
    EXPECT_NE(::fcntl(file.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
    write(file, "bytes as sent");
    file.publish();
    EXPECT_EQ(file.path(), store.path_of(id));
  }
  EXPECT_EQ(store.path_of(id),
            folder_ / "store/instances" / id.substr(0, 2) / id.substr(2, 2) / (id + ".dcm"));
  EXPECT_EQ(read(store.path_of(id)), "bytes as sent");
  struct stat status {};
  ASSERT_EQ(::stat(store.path_of(id).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0137U, 0U);
  EXPECT_EQ(files_below(folder_ / "store/incoming"), 0U);
}

TEST_F(InstanceStoreTest, KeepsNothingThatWasNotPublished) {
  const InstanceStore store(folder_);
  {
    IncomingFile file = store.begin();
    write(file, "half");
    const IncomingFile moved = std::move(file);
    EXPECT_EQ(files_below(folder_), 1U);
  }
  EXPECT_EQ(files_below(folder_), 0U);
}

TEST_F(InstanceStoreTest, DiscardRemovesPublishedAndUnpublishedFiles) {
  const InstanceStore store(folder_);
  IncomingFile first = store.begin();
  first.discard();
  IncomingFile second = store.begin();
  second.publish();
  second.discard();
  EXPECT_EQ(files_below(folder_), 0U);
}

TEST_F(InstanceStoreTest, KeepsRefusedFilesApart) {
  const InstanceStore store(folder_);
  IncomingFile file = store.begin();
  write(file, "not DICOM");
  file.refuse();
  EXPECT_EQ(read(store.refused_path_of(file.id())), "not DICOM");
  EXPECT_TRUE(ids_older_than(store, seconds(0)).empty());
  EXPECT_THROW(file.publish(), std::logic_error);
  EXPECT_TRUE(store.has_refused(file.id()));
  store.remove_refused({file.id(), std::string(32, '0')});
  EXPECT_FALSE(store.has_refused(file.id()));
}

TEST_F(InstanceStoreTest, VisitsRefusedFilesThatNobodyHasInHand) {
  const InstanceStore store(folder_);
  std::vector<std::string> visited;
  const auto visit = [&] {
    visited.clear();
    store.visit_refused_older_than(seconds(0), 10, [&](const auto& ids) { visited = ids; });
    return visited;
  };
  std::optional<IncomingFile> file(store.begin());
  const std::string id = file->id();
  file->refuse();
  EXPECT_TRUE(visit().empty());
  file.reset();
  EXPECT_EQ(visit(), std::vector<std::string>{id});
}

TEST_F(InstanceStoreTest, PublishesAgainAfterItsFoldersWereRemoved) {
  const InstanceStore store(folder_);
  store.begin().publish();
  fs::remove_all(folder_ / "instances");
  fs::create_directory(folder_ / "instances");
  IncomingFile file = store.begin();
  file.publish();
  EXPECT_TRUE(fs::exists(store.path_of(file.id())));
}

TEST_F(InstanceStoreTest, ServesManyThreads) {
  const InstanceStore store(folder_);
  std::vector<std::jthread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 25; ++k) {
        IncomingFile file = store.begin();
        write(file, file.id());
        file.publish();
      }
    });
  }
  threads.clear();
  const auto ids = ids_older_than(store, seconds(0));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 100U);
  for (const std::string& id : ids) EXPECT_EQ(read(store.path_of(id)), id);
}

TEST_F(InstanceStoreTest, ListsInParts) {
  const InstanceStore store(folder_);
  for (int i = 0; i < 5; ++i) store.begin().publish();
  std::vector<std::size_t> parts;
  std::set<std::string> all;
  store.visit_older_than(seconds(0), 2, [&](const std::vector<std::string>& ids) {
    parts.push_back(ids.size());
    all.insert(ids.begin(), ids.end());
  });
  EXPECT_EQ(parts, (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(all.size(), 5U);
}

TEST_F(InstanceStoreTest, RemovesAndListsByAge) {
  const InstanceStore store(folder_);
  IncomingFile file = store.begin();
  file.publish();
  EXPECT_TRUE(ids_older_than(store, seconds(3600)).empty());
  EXPECT_EQ(ids_older_than(store, seconds(0)), std::vector<std::string>{file.id()});
  EXPECT_TRUE(store.remove(file.id()));
  EXPECT_FALSE(store.remove(file.id()));
}

TEST_F(InstanceStoreTest, SweepsWhatKilledProcessesLeft) {
  const InstanceStore store(folder_);
  std::ofstream(folder_ / "incoming/00000000000000000000000000000001.part") << "left";
  EXPECT_EQ(store.sweep_incoming(seconds(3600)), 0U);
  EXPECT_EQ(store.sweep_incoming(seconds(0)), 1U);
  EXPECT_EQ(files_below(folder_), 0U);
}

TEST_F(InstanceStoreTest, LeavesFilesThatAnAssociationHasInHand) {
  const InstanceStore store(folder_);
  std::string id;
  {
    IncomingFile file = store.begin();
    id = file.id();
    EXPECT_EQ(store.sweep_incoming(seconds(0)), 0U);
    file.publish();
    EXPECT_FALSE(store.hold(id));
  }
  EXPECT_TRUE(store.hold(id));
  EXPECT_TRUE(store.hold(id));
  store.remove(id);
  EXPECT_FALSE(store.hold(id));
}

TEST_F(InstanceStoreTest, MakesPathsOfItsOwnIdsOnly) {
  const InstanceStore store(folder_);
  EXPECT_THROW(store.path_of("../../../etc/passwd"), std::logic_error);
  EXPECT_THROW(store.path_of("1.2.840.10008"), std::logic_error);
  EXPECT_THROW(store.remove(std::string(32, '/')), std::logic_error);
}

TEST_F(InstanceStoreTest, SaysTransientWithoutAFolder) {
  EXPECT_THROW(InstanceStore("/proc/nowhere"), TransientError);
  const InstanceStore store(folder_);
  fs::remove_all(folder_ / "incoming");
  EXPECT_THROW(store.begin(), TransientError);
}

TEST_F(InstanceStoreTest, SaysTransientWhenTheDiskIsFull) {
  const fs::path disk = folder_ / "disk";
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k,nr_inodes=10") != 0) {
    GTEST_SKIP() << "needs the right to mount a tmpfs";
  }
  {
    // Root, the three folders and two files leave no inode for the folders of a published file.
    const InstanceStore store(disk);
    std::vector<IncomingFile> files;
    try {
      for (int i = 0; i < 20; ++i) files.push_back(store.begin());
      ADD_FAILURE() << "the disk does not fill";
    } catch (const TransientError& error) {
      EXPECT_NE(std::string(error.what()).find("no space left"), std::string::npos) << error.what();
    }
    EXPECT_THROW(files.front().publish(), TransientError);
    files.clear();
    EXPECT_EQ(files_below(disk), 0U);
    IncomingFile file = store.begin();
    EXPECT_NO_THROW(file.publish());
  }
  ::umount(disk.c_str());
}

}  // namespace
}  // namespace glisson::storage
