#include "server/resources/resource_marks.hpp"

#include <gtest/gtest.h>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

using std::chrono::seconds;
using storage::AlertKind;

class ResourceMarksTest : public testing::Test {
 protected:
  ResourceMarksTest() {
    settings_.least_free = 1000;
    settings_.least_free_percent = 0;
    settings_.most_due_analyses = 100;
    settings_.longest_due = seconds(50);
  }
  /// What is short, or nothing.
  std::optional<AlertKind> judge(const Resources& resources) {
    const auto shortage = marks_.judge(resources);
    return shortage ? std::optional(shortage->kind) : std::nullopt;
  }

  config::Settings settings_;
  ResourceMarks marks_{settings_};
};

TEST_F(ResourceMarksTest, ReceiveUntilTheMarkAndAgainWithATenthMoreSpace) {
  const auto store = [this](std::uint64_t free) {
    return judge({.store = {free, 10'000}, .database = {}, .queue = {}});
  };
  EXPECT_EQ(store(1000), std::nullopt);
  EXPECT_EQ(store(999), AlertKind::store_disk_full);
  EXPECT_EQ(store(1099), AlertKind::store_disk_full);
  EXPECT_EQ(store(1100), std::nullopt);
  EXPECT_EQ(store(1000), std::nullopt);
}

TEST_F(ResourceMarksTest, LookAtTheDiskOfThePrivateDatabaseToo) {
  const Resources full{.store = {5000, 10'000}, .database = DiskUse{10, 10'000}, .queue = {}};
  EXPECT_EQ(judge(full), AlertKind::database_disk_full);
  EXPECT_EQ(judge({.store = {5000, 10'000}, .database = DiskUse{1100, 10'000}, .queue = {}}), std::nullopt);
}

TEST_F(ResourceMarksTest, TakeTheLargerOfBytesAndPercent) {
  settings_.least_free_percent = 5;
  EXPECT_EQ(marks_.least_free({0, 10'000}), 1000U);
  EXPECT_EQ(marks_.least_free({0, 100'000}), 5000U);
}

TEST_F(ResourceMarksTest, ReceiveAgainWhenATenthOfTheQueueIsDone) {
  const auto queue = [this](std::uint64_t due, int oldest) {
    return judge({.store = {5000, 10'000}, .database = {}, .queue = {due, seconds(oldest)}});
  };
  EXPECT_EQ(queue(100, 0), std::nullopt);
  EXPECT_EQ(queue(101, 0), AlertKind::queue_full);
  EXPECT_EQ(queue(91, 0), AlertKind::queue_full);
  EXPECT_EQ(queue(90, 0), std::nullopt);
  EXPECT_EQ(queue(1, 51), AlertKind::queue_full);
  EXPECT_EQ(queue(1, 46), AlertKind::queue_full);
  EXPECT_EQ(queue(1, 45), std::nullopt);
}

TEST_F(ResourceMarksTest, SayTheFigures) {
  settings_.least_free = 100U << 20U;
  const auto shortage = marks_.judge({.store = {50U << 20U, 1000U << 20U}, .database = {}, .queue = {}});
  ASSERT_TRUE(shortage);
  EXPECT_EQ(shortage->detail,
            "the disk of the instance store has 50 MiB free of 1000 MiB; receiving goes on above 110 MiB");
}

TEST(DiskUse, IsThatOfTheDiskAndTransientWhereThereIsNone) {
  const DiskUse disk = disk_use("/tmp");
  EXPECT_GT(disk.size, 0U);
  EXPECT_LE(disk.free, disk.size);
  EXPECT_THROW(disk_use("/no/such/folder"), TransientError);
}

}  // namespace
}  // namespace glisson::server
