#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "storage/answer_deadline.hpp"
#include "storage/connection.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class AnswerDeadlineTest : public testing::Test {
 protected:
  AnswerDeadlineTest() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  ~AnswerDeadlineTest() override {
    for (const int end : ends_) ::close(end);
  }
  /// Whether a reader of the socket is woken by its end within that time.
  bool ends_within(std::chrono::milliseconds time) const {
    pollfd socket{ends_[0], POLLIN, 0};
    return ::poll(&socket, 1, static_cast<int>(time.count())) == 1;
  }
  std::array<int, 2> ends_{};
};

TEST_F(AnswerDeadlineTest, EndsAConnectionThatGivesNoAnswer) {
  AnswerDeadline deadline(ends_[0]);
  const auto begin = Clock::now();
  deadline.set(300ms);
  EXPECT_TRUE(ends_within(5s));
  EXPECT_GE(Clock::now() - begin, 290ms);
}

TEST_F(AnswerDeadlineTest, EndsNoConnectionThatAnswered) {
  AnswerDeadline deadline(ends_[0]);
  deadline.set(300ms);
  deadline.clear();
  EXPECT_FALSE(ends_within(800ms));
  deadline.set(10s);
  EXPECT_FALSE(ends_within(800ms));
}

TEST_F(AnswerDeadlineTest, LooksAgainAfterItHadNothingToLookAt) {
  AnswerDeadline deadline(ends_[0]);
  deadline.set(1ms);
  EXPECT_TRUE(ends_within(5s));
  std::array<int, 2> others{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, others.data()), 0);
  ::usleep(700'000);  // The thread sleeps by now.
  AnswerDeadline later(others[0]);
  later.set(1ms);
  pollfd socket{others[0], POLLIN, 0};
  EXPECT_EQ(::poll(&socket, 1, 5000), 1);
  for (const int end : others) ::close(end);
}

TEST(StatementLimit, HoldsForEverySessionAndIsTransient) {
  const tests::TestDatabase test;
  Database database = test.connect();
  const auto run = [&](const std::string& sql) {
    return database.connection().transaction(
        [&](Transaction& transaction) { return text_or_empty(transaction.run(sql).at(0).at(0)); });
  };
  EXPECT_EQ(run("show statement_timeout"), "10s");
  EXPECT_THROW(run("set local statement_timeout = 50; select pg_sleep(5)"), TransientError);
  EXPECT_EQ(run("select 1"), "1");
}

}  // namespace
}  // namespace glisson::storage
