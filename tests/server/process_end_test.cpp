#include "server/process_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace glisson::server {
namespace {

using ::testing::HasSubstr;

int status_of(const std::function<void()>& end) {
  const pid_t child = ::fork();
  if (child == 0) {
    end();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(ProcessEnd, SaysWhichSignalOrStatus) {
  const ProcessEnd killed = process_end("analysis", 7, status_of([] { ::raise(SIGKILL); }), {});
  EXPECT_EQ(killed.pid, 7);
  EXPECT_EQ(killed.reason, "process_ended");
  EXPECT_THAT(killed.detail, HasSubstr("signal 9 (SIGKILL)"));
  EXPECT_TRUE(killed.job_at_fault());
  const ProcessEnd failed = process_end("analysis", 7, status_of([] { ::_exit(3); }), {});
  EXPECT_THAT(failed.detail, HasSubstr("exit status 3"));
}

TEST(ProcessEnd, BlamesNoJobForALostConnection) {
  const ProcessEnd end = process_end("analysis", 7, status_of([] { ::_exit(exit_connection_lost); }), {});
  EXPECT_EQ(end.reason, "connection_lost");
  EXPECT_FALSE(end.job_at_fault());
}

TEST(ProcessEnd, PutsWhatWasReportedFirst) {
  const int status = status_of([] { ::raise(SIGKILL); });
  EXPECT_THAT(process_end("analysis", 7, status, {"execve", 0}).detail, HasSubstr("system call execve"));
  EXPECT_EQ(process_end("analysis", 7, status, {"execve", 0}).reason, "sandbox_violation");
  EXPECT_THAT(process_end("analysis", 7, status, {"", 15}).detail, HasSubstr("15 s"));
}

TEST(ProcessEnd, SurvivesTheCommandLine) {
  const ProcessEnd end{7, "process_ended", "It was ended by signal 11 (SIGSEGV)."};
  auto arguments = to_arguments(end);
  EXPECT_EQ(arguments.front(), "--predecessor");
  arguments.erase(arguments.begin());
  const auto read = predecessor_from(arguments);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->pid, end.pid);
  EXPECT_EQ(read->reason, end.reason);
  EXPECT_EQ(read->detail, end.detail);
  EXPECT_FALSE(predecessor_from({}));
  EXPECT_FALSE(predecessor_from({"no number", "a", "b"}));
}

}  // namespace
}  // namespace glisson::server
