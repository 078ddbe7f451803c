#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "storage/results.hpp"
#include "tests/docs/schema_tables.hpp"
#include "tests/support/committed_page.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* page = "database.md";

/// The blocks of SQL on the page.
std::vector<std::string> queries() {
  const std::string text = tests::read_page(page);
  const std::string fence = "```sql\n";
  std::vector<std::string> found;
  for (auto begin = text.find(fence); begin != std::string::npos; begin = text.find(fence, begin)) {
    begin += fence.size();
    found.push_back(text.substr(begin, text.find("```", begin) - begin));
  }
  return found;
}

/// Two studies of a patient, analysed and delivered, and one that was not analysed.
void store_results_of_two_studies(const tests::TestDatabase& database) {
  auto connection = database.connect();
  tests::add_destination(database, "pacs", "research");
  for (const char* name : {"first", "second"}) {
    tests::schedule_analysis(database, tests::store_study(database));
    ASSERT_TRUE(storage::store_results(connection, tests::claim(connection, storage::JobKind::analyse),
                                       tests::sample_result(name)));
    const storage::Job job = tests::claim(connection, storage::JobKind::deliver);
    const auto delivery = storage::load_delivery(connection, job);
    ASSERT_TRUE(delivery);
    storage::mark_delivered(connection, job, delivery->sop_instance_uid);
  }
  tests::schedule_analysis(database, tests::store_study(database), "now() + interval '1 hour'");
  database.rows("update study set study_date = '20260131' returning 1");
}

TEST(CommittedPage, OfTheDatabaseSaysWhatTheMigrationsMake) {
  const tests::TestDatabase database;
  database.connect();
  const tests::SchemaTables schema(database);
  tests::expect_page(page,
                     {{"diagram", schema.diagram()}, {"views", schema.views()}, {"tables", schema.tables()}});
}

TEST(Database, ExplainsEachTableViewAndColumn) {
  const tests::TestDatabase database;
  database.connect();
  EXPECT_THAT(tests::SchemaTables(database).unexplained(), IsEmpty())
      << "each needs a COMMENT ON in the migration that makes it, or in a new one";
  database.rows("create table nameless (it integer)");
  EXPECT_THAT(tests::SchemaTables(database).unexplained(), ElementsAre("nameless", "nameless.it"));
}

TEST(Database, AnswersTheQueriesOfItsPage) {
  const tests::TestDatabase database;
  store_results_of_two_studies(database);
  ASSERT_GE(queries().size(), 8U);
  for (const std::string& query : queries()) {
    SCOPED_TRACE(query);
    pqxx::connection connection(database.url());
    pqxx::work work(connection);
    try {
      const pqxx::result result = work.exec(query);
      EXPECT_TRUE(result.columns() == 0 || !result.empty());
    } catch (const pqxx::sql_error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace
}  // namespace glisson
