#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/errors.hpp"
#include "storage/cluster.hpp"
#include "storage/connection.hpp"
#include "storage/database.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Exit codes of a postmaster process that did not become one.
constexpr int rejected = 3;
constexpr int transient = 4;

/// A data folder and the postmasters that run on it, as the supervisor starts them.
class ClusterTest : public testing::Test {
 protected:
  ClusterTest() {
    std::string name = "/tmp/glisson-cluster-test.XXXXXX";
    folder_ = ::mkdtemp(name.data());
    if (::geteuid() == 0) {
      const passwd* nobody = ::getpwnam("nobody");
      EXPECT_EQ(::chown(folder_.c_str(), nobody->pw_uid, nobody->pw_gid), 0);
    }
  }

  ~ClusterTest() override {
    for (const pid_t pid : started_) {
      if (::kill(pid, SIGQUIT) == 0) wait_for_end(pid);
    }
    fs::remove_all(folder_);
  }

  static void drop_privileges() {
    if (::geteuid() != 0) return;
    const passwd* nobody = ::getpwnam("nobody");
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 || ::setuid(nobody->pw_uid) != 0) {
      ::_exit(1);
    }
  }

  /// What becomes of a process that calls run_postmaster.
  [[noreturn]] static void become_postmaster(const fs::path& folder) {
    try {
      run_postmaster(folder);
    } catch (const RejectedInput&) {
      ::_exit(rejected);
    } catch (const TransientError&) {
      ::_exit(transient);
    } catch (...) {
      ::_exit(1);
    }
  }

  pid_t start() {
    const pid_t pid = ::fork();
    if (pid == 0) {
      // On a machine as it comes, PostgreSQL's programs are not in PATH.
      ::setenv("PATH", "/usr/bin:/bin", 1);
      drop_privileges();
      become_postmaster(folder_);
    }
    started_.push_back(pid);
    return pid;
  }

  /// A process that stands for the service, and the postmaster that it started.
  std::pair<pid_t, pid_t> start_below_a_service() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t service = ::fork();
    if (service == 0) {
      drop_privileges();
      const pid_t postmaster = ::fork();
      if (postmaster == 0) become_postmaster(folder_);
      if (::write(ends[1], &postmaster, sizeof postmaster) < 0) ::_exit(1);
      ::pause();
    }
    pid_t postmaster = 0;
    EXPECT_EQ(::read(ends[0], &postmaster, sizeof postmaster), static_cast<ssize_t>(sizeof postmaster));
    ::close(ends[0]);
    ::close(ends[1]);
    return {service, postmaster};
  }

  /// A process of the postmaster's, by the name that it shows, e.g. "checkpointer".
  static pid_t child_of(pid_t postmaster, const std::string& name) {
    const std::string id = std::to_string(postmaster);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;) {
      std::string shown;
      std::getline(std::ifstream("/proc/" + std::to_string(child) + "/cmdline"), shown);
      if (shown.find(name) != std::string::npos) return child;
    }
    return 0;
  }

  static int wait_for_end(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  Database connect() const {
    const auto until = std::chrono::steady_clock::now() + seconds(60);
    for (;;) {
      try {
        return {cluster_url(folder_), "cluster test"};
      } catch (const TransientError&) {
        if (std::chrono::steady_clock::now() > until) throw;
        std::this_thread::sleep_for(milliseconds(50));
      }
    }
  }

  static std::string one(Database& database, const std::string& sql) {
    return database.connection().transaction(
        [&](Transaction& transaction) { return text_or_empty(transaction.run(sql).at(0).at(0)); });
  }

  std::string log() const {
    std::stringstream text;
    text << std::ifstream(folder_ / "postgresql.log").rdbuf();
    return text.str();
  }

  fs::path folder_;
  std::vector<pid_t> started_;
};

TEST_F(ClusterTest, StartsStopsAndKeepsWhatItHolds) {
  pid_t postmaster = start();
  {
    Database database = connect();
    one(database, "insert into own_object values ('1.2.3') returning 1");
    EXPECT_EQ(one(database, "show jit"), "off");
    EXPECT_EQ(one(database, "show listen_addresses"), "");
    EXPECT_EQ(one(database, "show fsync"), "on");
    EXPECT_EQ(one(database, "show data_checksums"), "on");
    EXPECT_EQ(one(database, "show server_encoding"), "UTF8");
    EXPECT_EQ(one(database, "select datcollate from pg_database where datname = 'glisson'"), "C.UTF-8");
    EXPECT_EQ(one(database, "select usesuper from pg_user where usename = current_user"), "f");
  }
  ASSERT_EQ(::kill(postmaster, SIGINT), 0);
  EXPECT_EQ(wait_for_end(postmaster), 0);
  start();
  Database database = connect();
  EXPECT_EQ(one(database, "select sop_instance_uid from own_object"), "1.2.3");
}

TEST_F(ClusterTest, StartsAgainAfterKillingThePostmasterWithABusyBackend) {
  const pid_t postmaster = start();
  std::string backend;
  std::jthread busy;
  {
    Database database = connect();
    one(database, "insert into own_object values ('1.2.3') returning 1");
    backend = one(database, "select pg_backend_pid()");
    // Busy without looking up: it does not notice that its postmaster is gone.
    busy = std::jthread([connection = std::move(database)]() mutable {
      EXPECT_THROW(
          one(connection, "select count(*) from generate_series(1, 30000) a, generate_series(1, 30000) b"),
          TransientError);
    });
  }
  std::this_thread::sleep_for(milliseconds(300));
  ASSERT_EQ(::kill(postmaster, SIGKILL), 0);
  // Not waited for: the zombie must not be in the way either.
  start();
  Database database = connect();
  EXPECT_EQ(one(database, "select sop_instance_uid from own_object"), "1.2.3");
  EXPECT_FALSE(fs::exists("/proc/" + backend + "/exe"));
  wait_for_end(postmaster);
}

TEST_F(ClusterTest, SurvivesAKilledBackend) {
  start();
  Database database = connect();
  const auto backend = static_cast<pid_t>(std::stol(one(database, "select pg_backend_pid()")));
  ASSERT_EQ(::kill(backend, SIGKILL), 0);
  Database again = connect();
  EXPECT_EQ(one(again, "select 1"), "1");
}

TEST_F(ClusterTest, EndsWithTheProcessThatStartedIt) {
  const auto [service, postmaster] = start_below_a_service();
  {
    Database database = connect();
    one(database, "insert into own_object values ('1.2.3') returning 1");
  }
  ASSERT_EQ(::kill(service, SIGKILL), 0);
  wait_for_end(service);
  // The next service starts at once and waits for the fast shutdown of the orphan.
  start();
  Database database = connect();
  EXPECT_FALSE(fs::exists("/proc/" + std::to_string(postmaster) + "/exe"));
  EXPECT_EQ(one(database, "select sop_instance_uid from own_object"), "1.2.3");
}

TEST_F(ClusterTest, TakesOverFromAnOrphanThatCannotFinishItsShutdown) {
  const auto [service, postmaster] = start_below_a_service();
  {
    Database database = connect();
    one(database, "insert into own_object values ('1.2.3') returning 1");
  }
  const pid_t checkpointer = child_of(postmaster, "checkpointer");
  ASSERT_GT(checkpointer, 0);
  ASSERT_EQ(::kill(checkpointer, SIGSTOP), 0);
  ASSERT_EQ(::kill(service, SIGKILL), 0);
  wait_for_end(service);
  start();
  Database database = connect();
  EXPECT_FALSE(fs::exists("/proc/" + std::to_string(postmaster) + "/exe"));
  EXPECT_EQ(one(database, "select sop_instance_uid from own_object"), "1.2.3");
}

TEST_F(ClusterTest, DoesNotTouchTheClusterOfALiveService) {
  start();
  Database database = connect();
  const pid_t second = start();
  std::this_thread::sleep_for(seconds(2));
  EXPECT_EQ(one(database, "select 1"), "1");
  ::kill(second, SIGKILL);
}

TEST_F(ClusterTest, RefusesAnotherVersionsData) {
  fs::create_directories(folder_ / "postgresql");
  std::ofstream(folder_ / "postgresql" / "PG_VERSION") << "9\n";
  fs::permissions(folder_ / "postgresql", fs::perms::all);
  EXPECT_EQ(wait_for_end(start()), rejected);
}

TEST_F(ClusterTest, RefusesRootAndAFolderThatItCannotEnter) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_THROW(run_postmaster(folder_), RejectedInput);
  ASSERT_EQ(::chown(folder_.c_str(), 0, 0), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  EXPECT_EQ(wait_for_end(start()), rejected);
}

TEST_F(ClusterTest, UsesAnotherSocketFolderForALongPath) {
  folder_ /= std::string(100, 'x');
  start();
  Database database = connect();
  EXPECT_EQ(one(database, "select 1"), "1");
  const fs::path socket = cluster_paths(folder_).socket;
  EXPECT_LT(socket.string().size(), 60U);
  folder_ = folder_.parent_path();
  ::kill(started_.back(), SIGINT);
  wait_for_end(started_.back());
  fs::remove_all(socket);
}

TEST_F(ClusterTest, LogsNoData) {
  start();
  Database database = connect();
  EXPECT_THROW(one(database, "insert into own_object values ('DOE^JANE'), ('DOE^JANE') returning 1"),
               std::logic_error);
  EXPECT_THROW(one(database, "select 'DOE^JANE'::integer"), std::logic_error);
  EXPECT_THROW(one(database, "selekt 'DOE^JANE'"), std::logic_error);
  EXPECT_NE(log().find("ready to accept connections"), std::string::npos);
  EXPECT_EQ(log().find("DOE"), std::string::npos) << log();
}

}  // namespace
}  // namespace glisson::storage
