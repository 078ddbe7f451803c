#include "server/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <iconv.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <oneapi/tbb/parallel_for.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <future>
#include <new>
#include <thread>
#include <vector>

#include "server/control_socket.hpp"
#include "storage/instance_store.hpp"
#include "tests/support/figure.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

/// How a child process ended: its exit status, or the signal that ended it.
struct End {
  int status = -1;
  int signal = 0;
  std::vector<std::string> reports;
};

/// Runs `work` in a child process, confined where rules are given; its result is the exit status.
End in_child(const std::function<int()>& work, const SandboxRules* rules) {
  auto [ours, theirs] = make_control_sockets();
  const pid_t child = ::fork();
  if (child == 0) {
    if (rules != nullptr) {
      SandboxRules confined = *rules;
      confined.control = theirs.get();
      enter_sandbox(confined);
    }
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  End end;
  if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  end.reports = read_reports(ours.get());
  return end;
}

/// 0 when the call succeeded, else its errno.
int error_of(long result) { return result == -1 ? errno : 0; }

int error_of(void* memory) { return memory == MAP_FAILED ? errno : 0; }

/// Something that a confined process must not do.
struct Forbidden {
  std::string what;
  std::function<int(const std::filesystem::path& folder)> attempt;  ///< 0 when it succeeded, else errno.
  std::string fatal_call{};  ///< Ends the process and is reported by this name; empty: refused with an error.
};

int open_as(const std::filesystem::path& path, int flags) {
  return error_of(::open(path.c_str(), flags, 0600));
}

/// Opened before any sandbox.
int inherited_socket() {
  static const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return socket;
}

const std::vector<Forbidden>& forbidden() {
  using Path = std::filesystem::path;
  static const std::vector<Forbidden> all{
      {"run a program",
       [](const Path&) {
         char* const arguments[] = {const_cast<char*>("true"), nullptr};
         return error_of(::execv("/bin/true", arguments));
       },
       "execve"},
      {"run a program by its descriptor",
       [](const Path&) {
         char* const arguments[] = {const_cast<char*>("true"), nullptr};
         return error_of(::fexecve(::open("/bin/true", O_RDONLY), arguments, environ));
       },
       "execveat"},
      {"open a TCP socket", [](const Path&) { return error_of(::socket(AF_INET, SOCK_STREAM, 0)); }},
      {"open a Unix socket", [](const Path&) { return error_of(::socket(AF_UNIX, SOCK_STREAM, 0)); }},
      {"make a pair of sockets",
       [](const Path&) {
         int ends[2];
         return error_of(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
       }},
      {"connect a socket that it has",
       [](const Path&) {
         // UDP: nobody has to listen.
         sockaddr_in address{};
         address.sin_family = AF_INET;
         address.sin_port = htons(9);
         address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
         return error_of(
             ::connect(inherited_socket(), reinterpret_cast<sockaddr*>(&address), sizeof address));
       },
       "connect"},
      {"trace its parent", [](const Path&) { return error_of(::ptrace(PTRACE_SEIZE, ::getppid(), 0, 0)); },
       "ptrace"},
      {"read its parent's memory",
       [](const Path& folder) {
         char byte = 0;
         iovec local{&byte, 1};
         iovec remote{const_cast<Path::value_type*>(folder.c_str()), 1};
         return error_of(::process_vm_readv(::getppid(), &local, 1, &remote, 1, 0));
       },
       "process_vm_readv"},
      {"open a file for writing", [](const Path& folder) { return open_as(folder / "old", O_WRONLY); }},
      {"open a file for reading and writing",
       [](const Path& folder) { return open_as(folder / "old", O_RDWR); }},
      {"make a file", [](const Path& folder) { return open_as(folder / "new", O_WRONLY | O_CREAT); }},
      {"make a file without a name", [](const Path& folder) { return open_as(folder, O_TMPFILE | O_RDWR); }},
      {"empty a file that is opened for reading",
       [](const Path& folder) { return open_as(folder / "old", O_RDONLY | O_TRUNC); }},
      {"truncate a file",
       [](const Path& folder) { return error_of(::truncate((folder / "old").c_str(), 0)); }},
      {"remove a file", [](const Path& folder) { return error_of(::unlink((folder / "old").c_str())); }},
      {"rename a file",
       [](const Path& folder) {
         return error_of(::rename((folder / "old").c_str(), (folder / "new").c_str()));
       }},
      {"link a file",
       [](const Path& folder) {
         return error_of(::link((folder / "old").c_str(), (folder / "new").c_str()));
       }},
      {"make a symbolic link",
       [](const Path& folder) { return error_of(::symlink("/etc/passwd", (folder / "new").c_str())); }},
      {"make a folder", [](const Path& folder) { return error_of(::mkdir((folder / "new").c_str(), 0700)); }},
      {"change a file's mode",
       [](const Path& folder) { return error_of(::chmod((folder / "old").c_str(), 0777)); }},
      {"read a file of somebody else",
       [](const Path& folder) {
         return open_as(folder.parent_path() / (folder.filename().string() + ".secret"), O_RDONLY);
       }},
      {"start a process",
       [](const Path&) {
         const pid_t child = ::fork();
         if (child == 0) ::_exit(0);
         return error_of(child);
       }},
      {"end another process", [](const Path&) { return error_of(::kill(::getppid(), 0)); }},
      {"have a descriptor signal another process",
       [](const Path&) { return error_of(::fcntl(inherited_socket(), F_SETOWN, ::getppid())); }},
      {"choose the signal of a descriptor",
       [](const Path&) { return error_of(::fcntl(inherited_socket(), F_SETSIG, SIGKILL)); }},
      {"let a descriptor send signals",
       [](const Path&) { return error_of(::fcntl(inherited_socket(), F_SETFL, O_ASYNC)); }},
      {"move another process to a processor",
       [](const Path&) {
         cpu_set_t processors;
         if (::sched_getaffinity(::getppid(), sizeof processors, &processors) != 0) return -1;
         return error_of(::sched_setaffinity(::getppid(), sizeof processors, &processors));
       }},
      {"read what lies in /etc", [](const Path&) { return error_of(::open("/etc/fstab", O_RDONLY)); }},
      {"make memory that is written and executed",
       [](const Path&) {
         return error_of(::mmap(nullptr, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
       }},
      {"execute memory that it wrote",
       [](const Path&) {
         void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return error_of(::mprotect(memory, 4096, PROT_READ | PROT_EXEC));
       }},
      {"raise its own limits",
       [](const Path&) {
         rlimit limit{};
         ::getrlimit(RLIMIT_CORE, &limit);
         return error_of(::setrlimit(RLIMIT_CORE, &limit));
       }},
      {"be dumped", [](const Path&) { return error_of(::prctl(PR_SET_DUMPABLE, 1)); }},
      {"make a namespace of its own", [](const Path&) { return error_of(::syscall(SYS_unshare, 0)); }},
      {"have its calls done by io_uring",
       [](const Path&) {
         io_uring_params parameters{};
         return error_of(::syscall(SYS_io_uring_setup, 1, &parameters));
       }},
  };
  return all;
}

class Sandbox : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!sandbox_available()) GTEST_SKIP() << "built with a sanitizer";
    inherited_socket();
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
  for (const Forbidden& thing : forbidden()) {
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
  test::figure(14, "forbidden_things_refused", refused, "of_" + std::to_string(forbidden().size()));
}

TEST_F(Sandbox, RefusesTheSameToAnAssociationOutsideItsStore) {
  const int refused = refused_under([&] { renew(); }, tried_, rules_of_associations());
  test::figure(9, "forbidden_to_an_association_and_refused", refused,
               "of_" + std::to_string(forbidden().size()));
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
