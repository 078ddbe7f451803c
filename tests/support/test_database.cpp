#include "tests/support/test_database.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>

namespace glisson::tests {
namespace {

bool answers(const std::string& url) {
  try {
    pqxx::connection connection(url);
    return connection.is_open();
  } catch (const pqxx::broken_connection&) {
    return false;
  }
}

std::string recorded_url() {
  std::string url;
  std::getline(std::ifstream(GLISSON_TEST_STATE "/url"), url);
  return url;
}

void run_fixture(const std::string& action) {
  const std::string command =
      "'" GLISSON_SOURCE_DIR "/tests/support/postgresql_fixture.sh' " + action + " '" GLISSON_TEST_STATE "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("the test cluster does not " + action);
}

std::string find_or_start_cluster() {
  if (const char* url = std::getenv("GLISSON_TEST_DATABASE_URL"); url != nullptr) return url;
  if (std::string url = recorded_url(); !url.empty() && answers(url)) return url;
  run_fixture("start");
  std::atexit([] { run_fixture("stop"); });
  return recorded_url();
}

const std::string& cluster() {
  static const std::string url = find_or_start_cluster();
  return url;
}

void on_cluster(const std::string& sql) {
  pqxx::connection connection(cluster());
  pqxx::nontransaction(connection).exec(sql);
}

/// The cluster's connection string with another database; the last of several dbname in it prevails.
std::string url_of(const std::string& database) {
  const std::string& url = cluster();
  if (url.find("://") == std::string::npos) return url + " dbname=" + database;
  const std::size_t query = url.find('?');
  const std::size_t path = url.find('/', url.find("://") + 3);
  return url.substr(0, std::min(path, query)) + "/" + database +
         (query == std::string::npos ? std::string() : url.substr(query));
}

}  // namespace

TestDatabase::TestDatabase() {
  static std::atomic<int> count{0};
  name_ = "glisson_test_" + std::to_string(::getpid()) + "_" + std::to_string(count++);
  on_cluster("create database " + name_);
  url_ = url_of(name_);
}

TestDatabase::~TestDatabase() {
  try {
    on_cluster("drop database " + name_ + " with (force)");
  } catch (const std::exception&) {
    // The cluster is temporary: what cannot be dropped goes with it.
  }
}

storage::Database TestDatabase::connect(const std::string& application_name) const {
  return {url_, application_name};
}

std::vector<std::vector<std::string>> TestDatabase::rows(const std::string& sql) const {
  pqxx::connection connection(url_);
  pqxx::nontransaction transaction(connection);
  transaction.exec("set search_path = glisson");
  std::vector<std::vector<std::string>> rows;
  for (const pqxx::row& row : transaction.exec(sql)) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (const pqxx::field& field : row) cells.emplace_back(field.is_null() ? "NULL" : field.c_str());
  }
  return rows;
}

std::string TestDatabase::value(const std::string& sql) const {
  const auto found = rows(sql);
  return found.empty() || found.front().empty() ? std::string() : found.front().front();
}

}  // namespace glisson::tests
