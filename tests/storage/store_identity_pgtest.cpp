#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/store_identity.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

class StoreIdentityTest : public ::testing::Test {
 protected:
  InstanceStore store(const std::string& name) const { return InstanceStore(folder_.path() / name); }
  std::string in_database() const { return test_.value("select identity from instance_store"); }

  tests::TemporaryFolder folder_;
  tests::TestDatabase test_;
  Database database_ = test_.connect();
};

TEST_F(StoreIdentityTest, IsGivenToBothByTheFirstThatClaims) {
  const InstanceStore ours = store("ours");
  StoreIdentity identity(ours);
  EXPECT_THROW(identity.require(database_), ForeignStore);
  EXPECT_FALSE(identity.holds());
  identity.claim(database_);
  EXPECT_TRUE(identity.holds());
  EXPECT_EQ(in_database(), ours.identity());
  EXPECT_EQ(ours.identity().size(), 32U);
  StoreIdentity other_process(ours);
  other_process.require(database_);
  EXPECT_TRUE(other_process.holds());
}

TEST_F(StoreIdentityTest, IsOneOnlyWhenHostsClaimAtTheSameTime) {
  std::vector<std::string> found(8);
  std::vector<std::thread> hosts;
  for (std::string& identity : found) {
    hosts.emplace_back([&] {
      const InstanceStore shared = store("shared");
      Database database = test_.connect();
      StoreIdentity(shared).claim(database);
      identity = shared.identity();
    });
  }
  for (auto& host : hosts) host.join();
  for (const std::string& identity : found) EXPECT_EQ(identity, in_database());
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "shared" / "incoming"));
}

TEST_F(StoreIdentityTest, OfAnEmptyMountPointIsRefused) {
  const InstanceStore ours = store("ours");
  StoreIdentity identity(ours);
  identity.claim(database_);
  std::filesystem::remove_all(folder_.path() / "ours");
  EXPECT_FALSE(identity.holds());
  const InstanceStore empty = store("ours");
  StoreIdentity again(empty);
  EXPECT_THROW(again.claim(database_), ForeignStore);
  EXPECT_EQ(empty.identity(), "") << "a folder that is not the store must not be marked";
}

TEST_F(StoreIdentityTest, OfAnotherStoreIsRefusedUntilItIsAdopted) {
  const InstanceStore first = store("first");
  StoreIdentity(first).claim(database_);
  const InstanceStore second = store("second");
  second.make_identity();
  StoreIdentity identity(second);
  EXPECT_THROW(identity.claim(database_), ForeignStore);
  EXPECT_EQ(adopt_store(database_, second), second.identity());
  identity.require(database_);
  EXPECT_TRUE(identity.holds());
  EXPECT_THROW(StoreIdentity(first).require(database_), ForeignStore);
}

TEST_F(StoreIdentityTest, OfAStoreIsTakenByADatabaseThatHasNone) {
  const InstanceStore kept = store("kept");
  const std::string identity = kept.make_identity();
  StoreIdentity(kept).claim(database_);
  EXPECT_EQ(in_database(), identity);
}

TEST_F(StoreIdentityTest, IsNotWhatAHalfWrittenFileSays) {
  const InstanceStore ours = store("ours");
  std::ofstream(folder_.path() / "ours" / "identity") << "0123";
  EXPECT_EQ(ours.identity(), "");
}

}  // namespace
}  // namespace glisson::storage
