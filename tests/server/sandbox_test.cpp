#include "server/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <iconv.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <ctime>
#include <fstream>
#include <functional>
#include <future>
#include <new>
#include <thread>
#include <vector>

#include "server/control_socket.hpp"
#include "storage/instance_store.hpp"
#include "tests/support/confined_child.hpp"
#include "tests/support/figure.hpp"
#include "tests/support/forbidden_acts.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

using tests::End;
using tests::error_of;
using tests::forbidden_acts;
using tests::in_child;
using tests::open_as;

class Sandbox : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!sandbox_available()) GTEST_SKIP() << "built with a sanitizer";
    forbidden_acts();
    renew();
    std::filesystem::create_directory(store_);
    std::ofstream(store_ / "image.dcm") << "pixels";
    rules_.readable = {store_};
  }
  /// The folder in which forbidden things are tried, as it is before each.
  void renew() {
    std::filesystem::remove_all(tried_);
    std::filesystem::create_directory(tried_);
    std::ofstream(tried_ / "old") << "old";
    std::ofstream(tried_.string() + ".secret") << "secret";
  }
  End confined(const std::function<int()>& work) const { return in_child(work, &rules_); }
  SandboxRules rules_of_associations() const { return {.readable = {}, .writable = {store_}}; }

  tests::TemporaryFolder folder_;
  std::filesystem::path store_ = folder_.path() / "store";
  std::filesystem::path tried_ = folder_.path() / "tried";
  SandboxRules rules_;
};

/// How many of the forbidden things these rules refuse; every one is tried free, too.
int refused_under(const std::function<void()>& renew, const std::filesystem::path& tried,
                  const SandboxRules& rules) {
  int refused = 0;
  for (const tests::ForbiddenAct& thing : forbidden_acts()) {
    SCOPED_TRACE(thing.what);
    renew();
    const End free = in_child([&] { return thing.attempt(tried); }, nullptr);
    EXPECT_EQ(free.signal, 0);
    EXPECT_EQ(free.status, 0) << "the attempt proves nothing: it fails without a sandbox";
    renew();
    const End end = in_child([&] { return thing.attempt(tried); }, &rules);
    if (thing.fatal_call.empty()) {
      EXPECT_TRUE(end.status == EPERM || end.status == EACCES) << end.status;
      refused += end.status == EPERM || end.status == EACCES ? 1 : 0;
    } else {
      EXPECT_EQ(end.signal, SIGSYS);
      EXPECT_EQ(end.reports.size(), 1U);
      EXPECT_EQ(end.reports.empty() ? "" : refused_call(end.reports.front()), thing.fatal_call);
      refused += end.signal == SIGSYS ? 1 : 0;
    }
    EXPECT_EQ(std::filesystem::file_size(tried / "old"), 3U);
    EXPECT_FALSE(std::filesystem::exists(tried / "new"));
  }
  return refused;
}

TEST_F(Sandbox, RefusesWhatAFreeProcessMay) {
  const int refused = refused_under([&] { renew(); }, tried_, rules_);
  tests::figure(14, "forbidden_things_refused", refused, "of_" + std::to_string(forbidden_acts().size()));
}

TEST_F(Sandbox, RefusesTheSameToAnAssociationOutsideItsStore) {
  const int refused = refused_under([&] { renew(); }, tried_, rules_of_associations());
  tests::figure(9, "forbidden_to_an_association_and_refused", refused,
                "of_" + std::to_string(forbidden_acts().size()));
}

TEST_F(Sandbox, LeavesAnAssociationItsStore) {
  const auto rules = rules_of_associations();
  const End end = in_child(
      [&] {
        const storage::InstanceStore store(store_);
        auto published = store.begin();
        if (::write(published.descriptor(), "pixels", 6) != 6) return 1;
        std::async(std::launch::async, [&] { published.publish(); }).get();
        if (!store.has(published.id(), 6)) return 2;
        auto refused = store.begin();
        refused.refuse();
        store.begin().discard();
        return store.sweep_incoming(std::chrono::seconds(0)) == 0 ? 0 : 3;
      },
      &rules);
  EXPECT_EQ(end.signal, 0) << (end.reports.empty() ? "" : refused_call(end.reports.front()));
  EXPECT_EQ(end.status, 0);
}

TEST_F(Sandbox, LeavesAnAssociationNoLinkAndNoProgramInItsStore) {
  const auto rules = rules_of_associations();
  const auto error = [&](const std::function<int()>& attempt) { return in_child(attempt, &rules).status; };
  EXPECT_EQ(error([&] { return error_of(::symlink("/etc/passwd", (store_ / "link").c_str())); }), EPERM);
  EXPECT_EQ(
      error([&] { return error_of(::link((store_ / "image.dcm").c_str(), (store_ / "link").c_str())); }),
      EPERM);
  EXPECT_EQ(error([&] { return error_of(::mknod((store_ / "pipe").c_str(), S_IFIFO | 0600, 0)); }), EPERM);
  EXPECT_EQ(error([&] { return error_of(::chmod((store_ / "image.dcm").c_str(), 0777)); }), EPERM);
}

TEST_F(Sandbox, LeavesWhatAnAnalysisNeeds) {
  const End end = confined([&] {
    std::ifstream image(store_ / "image.dcm");
    std::string text;
    if (!(image >> text) || text != "pixels") return 1;
    std::atomic<int> sum = 0;
    tbb::parallel_for(0, 1000, [&](int i) { sum += i; });
    std::thread([&] { ++sum; }).join();
    if (sum != 499501) return 2;
    // A table of characters that the C library loads at its first use.
    iconv_t conversion = ::iconv_open("UTF-8", "ISO-8859-7");
    if (conversion == reinterpret_cast<iconv_t>(-1)) return 3;
    std::time_t now = 0;
    if (std::localtime(&now) == nullptr) return 4;
    return 0;
  });
  EXPECT_EQ(end.signal, 0) << (end.reports.empty() ? "" : refused_call(end.reports.front()));
  EXPECT_EQ(end.status, 0);
}

TEST_F(Sandbox, KeepsOpenConnections) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const End end = confined([&] { return ::send(ends[0], "x", 1, 0) == 1 ? 0 : errno; });
  EXPECT_EQ(end.status, 0);
  char byte = 0;
  EXPECT_EQ(::recv(ends[1], &byte, 1, MSG_DONTWAIT), 1);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Sandbox, HoldsForThreadsThatAreStartedLater) {
  const End end = confined([] {
    int error = 0;
    std::thread([&] { error = error_of(::truncate("/nowhere", 0)); }).join();
    return error;
  });
  EXPECT_EQ(end.status, EPERM);
}

TEST_F(Sandbox, IsNotEnteredBesideAThreadThatWouldStayFree) {
  const End end = in_child(
      [&] {
        std::atomic<bool> done = false;
        std::thread other([&] {
          while (!done) std::this_thread::yield();
        });
        int result = 0;
        try {
          enter_sandbox(rules_);
        } catch (const std::logic_error&) {
          result = 7;
        }
        done = true;
        other.join();
        return result;
      },
      nullptr);
  EXPECT_EQ(end.status, 7);
}

TEST_F(Sandbox, LimitsMemory) {
  const auto takes = [](std::size_t bytes) {
    return [bytes] {
      try {
        const std::vector<char> block(bytes, 'x');
        return std::ranges::count(block, 'x') == static_cast<std::ptrdiff_t>(bytes) ? 0 : 1;
      } catch (const std::bad_alloc&) {
        return 9;
      }
    };
  };
  rules_.memory = std::uint64_t{256} << 20U;
  EXPECT_EQ(confined(takes(std::size_t{64} << 20U)).status, 0);
  EXPECT_EQ(confined(takes(std::size_t{300} << 20U)).status, 9);
  EXPECT_EQ(in_child(takes(std::size_t{300} << 20U), nullptr).status, 0);
}

TEST_F(Sandbox, LeavesNoCoreDump) {
  const End core = confined([] {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    return limit.rlim_max == 0 ? 0 : 1;
  });
  EXPECT_EQ(core.status, 0);
}

TEST_F(Sandbox, MayLeaveOneFolderToWriteAndConnectionsToOpen) {
  rules_.writable = {tried_};
  rules_.new_sockets = true;
  const End inside = confined([&] {
    return open_as(tried_ / "new", O_WRONLY | O_CREAT) +
           error_of(::rename((tried_ / "new").c_str(), (tried_ / "other").c_str())) +
           error_of(::socket(AF_INET, SOCK_STREAM, 0));
  });
  EXPECT_EQ(inside.status, 0);
  const End outside = confined([&] { return open_as(store_ / "image.dcm", O_WRONLY); });
  EXPECT_EQ(outside.status, EACCES);
  EXPECT_EQ(confined([] { return error_of(::listen(0, 1)); }).signal, SIGSYS);
}

}  // namespace
}  // namespace glisson::server
