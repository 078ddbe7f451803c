#pragma once

#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::tests {

/// An empty database of its own for one test, dropped at the end, in the test cluster: that of
/// GLISSON_TEST_DATABASE_URL (a connection string of a role that may create databases), else the temporary
/// cluster that ctest's fixture `postgresql` keeps. Where neither runs, as when a test program is started by
/// hand, it starts the temporary cluster and ends it with the program.
class TestDatabase {
 public:
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& url() const { return url_; }
  /// A connection with the schema in place.
  storage::Database connect(const std::string& application_name = "glisson test") const;

  /// Runs SQL with search path `glisson` on a connection of its own, as an administrator would.
  /// @return rows of text, null as "NULL".
  std::vector<std::vector<std::string>> rows(const std::string& sql) const;
  /// First column of the first row; empty without rows.
  std::string value(const std::string& sql) const;

 private:
  std::string name_;
  std::string url_;
};

}  // namespace glisson::tests
