#include "storage/store_identity.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_identity{"store_identity_select", "select identity from instance_store"};

constexpr Statement insert_identity{
    "store_identity_insert", "insert into instance_store (identity) values ($1) on conflict do nothing"};

constexpr Statement replace_identity{"store_identity_replace", R"(
    insert into instance_store (identity) values ($1)
    on conflict (only_row) do update set identity = excluded.identity, since = clock_timestamp()
    where instance_store.identity <> excluded.identity)"};

/// Empty when no store was claimed.
std::string identity_in(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    const pqxx::result found = transaction.run(select_identity);
    return found.empty() ? std::string() : std::string(found[0][0].c_str());
  });
}

}  // namespace

void StoreIdentity::claim(Database& database) {
  if (identity_in(database).empty()) {
    const std::string identity = store_.make_identity();
    database.connection().transaction(
        [&](Transaction& transaction) { transaction.run(insert_identity, identity); });
  }
  require(database);
}

void StoreIdentity::require(Database& database) {
  const std::string wanted = identity_in(database);
  const std::string found = store_.identity();
  if (!wanted.empty() && wanted == found) {
    known_ = wanted;
    return;
  }
  const std::string folder = store_.root().string();
  if (wanted.empty()) throw ForeignStore("no host has claimed the instance store " + folder + " yet");
  throw ForeignStore(
      "the instance store " + folder + (found.empty() ? " carries no identity" : " is another one") +
      " than that of this database: is the folder mounted? If it was replaced: glisson db adopt-store");
}

std::string adopt_store(Database& database, const InstanceStore& store) {
  const std::string identity = store.make_identity();
  database.connection().transaction(
      [&](Transaction& transaction) { transaction.run(replace_identity, identity); });
  return identity;
}

}  // namespace glisson::storage
