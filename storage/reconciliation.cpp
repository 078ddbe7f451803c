#include <algorithm>

#include "storage/connection.hpp"
#include "storage/index.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_unknown{"reconciliation_unknown", R"(
    select given.file_id from unnest($1::text[]) given(file_id)
    where not exists (select from instance where instance.file_id = given.file_id))"};

}  // namespace

std::vector<std::string> unknown_files(Database& database, const std::vector<std::string>& file_ids) {
  // A statement has a time limit, and there may be millions of files.
  constexpr std::size_t most = 10'000;
  std::vector<std::string> unknown;
  for (std::size_t begin = 0; begin < file_ids.size(); begin += most) {
    const auto first = file_ids.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(most, file_ids.size() - begin));
    database.connection().transaction([&](Transaction& transaction) {
      for (const pqxx::row& row : transaction.run(select_unknown, array_literal({first, last}))) {
        unknown.emplace_back(row[0].c_str());
      }
    });
  }
  return unknown;
}

}  // namespace glisson::storage
