#include "storage/connection.hpp"
#include "storage/index.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_unknown{"reconciliation_unknown", R"(
    select given.file_id from unnest($1::text[]) given(file_id)
    where not exists (select from instance where instance.file_id = given.file_id))"};

}  // namespace

std::vector<std::string> unknown_files(Database& database, const std::vector<std::string>& file_ids) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<std::string> unknown;
    for (const pqxx::row& row : transaction.run(select_unknown, array_literal(file_ids))) {
      unknown.emplace_back(row[0].c_str());
    }
    return unknown;
  });
}

}  // namespace glisson::storage
