#include <gtest/gtest.h>

#include <thread>

#include "engine/errors.hpp"
#include "storage/connection.hpp"
#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using std::chrono::milliseconds;
using tests::TestDatabase;

std::string one(Database& database, const std::string& sql) {
  return database.connection().transaction(
      [&](Transaction& transaction) { return text_or_empty(transaction.run(sql).at(0).at(0)); });
}

TEST(Database, BringsAnEmptyDatabaseUpToDate) {
  const TestDatabase test;
  for (const MigrationStatus& migration : migration_status(test.url())) EXPECT_EQ(migration.applied_at, "");
  Database database = test.connect();
  const auto status = migration_status(test.url());
  ASSERT_EQ(status.size(), schema_migrations().size());
  EXPECT_EQ(status.front().name, "0001_index.sql");
  for (const MigrationStatus& migration : status) EXPECT_NE(migration.applied_at, "") << migration.name;
  EXPECT_TRUE(migrate(test.url()).empty());
}

TEST(Database, IsBroughtUpToDateOnceByManyProcessesAtATime) {
  const TestDatabase test;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back([&] { EXPECT_NO_THROW(test.connect()); });
  threads.clear();
  EXPECT_EQ(test.value("select count(*) from schema_migration"), std::to_string(schema_migrations().size()));
}

TEST(Database, RefusesASchemaThatIsNewerOrOfAnotherBuild) {
  const TestDatabase test;
  test.connect();
  test.rows("insert into schema_migration (name, checksum) values ('9999_future.sql', 'x') returning 1");
  EXPECT_THROW(test.connect(), RejectedInput);
  test.rows("delete from schema_migration where name = '9999_future.sql' returning 1");
  EXPECT_NO_THROW(test.connect());
  test.rows("update schema_migration set checksum = 'x' where name = '0001_index.sql' returning 1");
  EXPECT_THROW(test.connect(), RejectedInput);
}

TEST(Database, SaysTransientWhenNoServerAnswers) {
  EXPECT_THROW(Database("host=/nonexistent dbname=glisson", "test"), TransientError);
}

TEST(Database, SaysInvalidSettingsWithoutThePrivilegeAndLogicErrorForABug) {
  const TestDatabase test;
  Database database = test.connect();
  EXPECT_THROW(one(database, "set local role pg_monitor; select count(*) from glisson.study"), RejectedInput);
  EXPECT_THROW(one(database, "select no_such_column from study"), std::logic_error);
  EXPECT_EQ(one(database, "select 1"), "1");
}

TEST(Database, SaysTransientWhenTheServerMayServeLater) {
  const TestDatabase test;
  Database database = test.connect();
  // Disk full, too many connections, shutdown, starting up, cancelled, lock not available, serialization
  // failure, deadlock, read-only standby, I/O error.
  for (const char* sqlstate :
       {"53100", "53300", "57P01", "57P03", "57014", "55P03", "40001", "40P01", "25006", "58030"}) {
    EXPECT_THROW(
        one(database, "do $$ begin raise exception using errcode = '" + std::string(sqlstate) + "'; end $$"),
        TransientError)
        << sqlstate;
  }
}

TEST(Database, ErrorsDoNotRepeatValues) {
  const TestDatabase test;
  Database database = test.connect();
  for (const char* sql :
       {"select 'DOE^JANE'::integer", "insert into own_object values ('DOE^JANE'), ('DOE^JANE')"}) {
    try {
      database.connection().transaction([&](Transaction& transaction) { transaction.run(sql); });
      ADD_FAILURE() << sql;
    } catch (const std::logic_error& error) {
      EXPECT_EQ(std::string(error.what()).find("DOE"), std::string::npos) << error.what();
    }
  }
}

TEST(Database, RollsBackWhatAnExceptionInterrupts) {
  const TestDatabase test;
  Database database = test.connect();
  EXPECT_THROW(database.connection().transaction([](Transaction& transaction) {
    transaction.run("insert into own_object values ('1.2')");
    throw RejectedInput(RejectionReason::not_dicom, "on purpose");
  }),
               RejectedInput);
  EXPECT_EQ(test.value("select count(*) from own_object"), "0");
}

TEST(Database, OpensALostConnectionAgain) {
  const TestDatabase test;
  Database database = test.connect("lost");
  const std::string backend = one(database, "select pg_backend_pid()");
  test.rows("select pg_terminate_backend(" + backend + ", 5000)");
  // Between two calls: nobody notices.
  const std::string next = one(database, "select pg_backend_pid()");
  EXPECT_NE(next, backend);
  // Within a call: TransientError, and the next call works.
  EXPECT_THROW(one(database, "select pg_terminate_backend(pg_backend_pid(), 5000)"), TransientError);
  EXPECT_NE(one(database, "select pg_backend_pid()"), next);
}

TEST(Database, LeavesAConnectionLostWhereItMayNotReconnect) {
  const TestDatabase test;
  Database database = test.connect("lost");
  database.never_reconnect();
  test.rows("select pg_terminate_backend(" + one(database, "select pg_backend_pid()") + ", 5000)");
  EXPECT_THROW(one(database, "select 1"), ConnectionLost);
  EXPECT_THROW(database.wait_for_notification("glisson_analyse", milliseconds(0)), ConnectionLost);
}

TEST(Database, SaysInDoubtWhenTheConnectionBreaksDuringCommit) {
  const TestDatabase test;
  Database database = test.connect();
  // A deferred trigger runs inside COMMIT.
  test.rows(
      "create function die() returns trigger language plpgsql as "
      "$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); return null; end $$");
  test.rows(
      "create constraint trigger die after insert on own_object deferrable initially deferred "
      "for each row execute function die()");
  EXPECT_THROW(database.connection().transaction([](Transaction& transaction) {
    transaction.run("insert into own_object values ('1.2')");
  }),
               InDoubtError);
}

TEST(Database, WaitsForNotifications) {
  const TestDatabase test;
  Database database = test.connect();
  // Nobody listened before the first call: look at once.
  EXPECT_TRUE(database.wait_for_notification("glisson_analyse", milliseconds(0)));
  EXPECT_FALSE(database.wait_for_notification("glisson_analyse", milliseconds(30)));
  const std::jthread notifier([&] {
    std::this_thread::sleep_for(milliseconds(50));
    test.rows("select pg_notify('glisson_analyse', '')");
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(database.wait_for_any_notification({"glisson_analyse", "glisson_compare"}, milliseconds(0)));
  EXPECT_TRUE(
      database.wait_for_any_notification({"glisson_analyse", "glisson_compare"}, milliseconds(20000)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(10000));
  EXPECT_FALSE(database.wait_for_notification("glisson_analyse", milliseconds(0)));
}

TEST(Database, HearsWhatWasNotifiedBetweenTwoWaits) {
  const TestDatabase test;
  Database database = test.connect();
  database.wait_for_any_notification({"glisson_analyse", "glisson_deliver"}, milliseconds(0));
  test.rows("select pg_notify('glisson_deliver', '')");
  EXPECT_EQ(one(database, "select 1"), "1");
  EXPECT_FALSE(database.wait_for_notification("glisson_analyse", milliseconds(50)));
  EXPECT_TRUE(database.wait_for_notification("glisson_deliver", milliseconds(0)));
}

TEST(Database, LooksAgainAfterALostConnection) {
  const TestDatabase test;
  Database database = test.connect();
  database.wait_for_notification("glisson_analyse", milliseconds(0));
  test.rows(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
      "where application_name = 'glisson test' and datname = current_database()");
  EXPECT_TRUE(database.wait_for_notification("glisson_analyse", milliseconds(0)));
}

TEST(Schema, EveryTableViewAndColumnHasAComment) {
  const TestDatabase test;
  test.connect();
  const std::string relations =
      "from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'glisson' "
      "and c.relkind in ('r', 'v', 'm', 'p')";
  EXPECT_GT(std::stoi(test.value("select count(*) " + relations)), 8);
  for (const auto& row : test.rows("select c.relname " + relations + " and obj_description(c.oid) is null")) {
    ADD_FAILURE() << "no comment on " << row[0];
  }
  for (const auto& row : test.rows(
           "select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
           "join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'glisson' "
           "and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0 and not a.attisdropped "
           "and col_description(c.oid, a.attnum) is null")) {
    ADD_FAILURE() << "no comment on " << row[0];
  }
}

}  // namespace
}  // namespace glisson::storage
