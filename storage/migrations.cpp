#include "storage/migrations.hpp"

#include <map>
#include <optional>

#include "engine/digest.hpp"
#include "engine/errors.hpp"
#include "storage/connection.hpp"
#include "storage/database.hpp"

namespace glisson::storage {
namespace {

/// Key of the advisory lock: "glisson" in ASCII.
constexpr const char* lock_schema = "select pg_advisory_lock(29102946163879790)";
constexpr const char* unlock_schema = "select pg_advisory_unlock(29102946163879790)";

constexpr const char* create_bookkeeping = R"(
create schema if not exists glisson;
comment on schema glisson is
  'Glisson, DICOM node for liver radiomics. Views are the public interface; tables may change.';
create table if not exists glisson.schema_migration (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default now());
comment on table glisson.schema_migration is 'Versions of this schema.';
comment on column glisson.schema_migration.name is 'File name of the migration.';
comment on column glisson.schema_migration.checksum is 'SHA-256 of the file, lower-case hex.';
comment on column glisson.schema_migration.applied_at is 'When it was applied.')";

struct Applied {
  std::string checksum;
  std::string at;
};

/// Empty when the schema is not there.
std::map<std::string, Applied, std::less<>> applied_migrations(pqxx::connection& connection) {
  std::map<std::string, Applied, std::less<>> applied;
  pqxx::nontransaction query(connection);
  try {
    const pqxx::result rows = query.exec(
        "select name, checksum, to_char(applied_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MSTZH:TZM') "
        "from glisson.schema_migration");
    for (const pqxx::row& row : rows) {
      applied[row[0].c_str()] = {row[1].c_str(), row[2].c_str()};
    }
  } catch (const pqxx::undefined_table&) {
    applied.clear();
  }
  return applied;
}

std::string checksum_of(const EmbeddedFile& migration) { return to_hex(sha256(migration.content)); }

/// The migrations that are still to be applied.
std::vector<EmbeddedFile> missing_migrations(const std::map<std::string, Applied, std::less<>>& applied) {
  std::vector<EmbeddedFile> missing;
  std::size_t known = 0;
  for (const EmbeddedFile& migration : schema_migrations()) {
    const auto found = applied.find(migration.path);
    if (found == applied.end()) {
      missing.push_back(migration);
      continue;
    }
    ++known;
    if (found->second.checksum != checksum_of(migration)) {
      throw RejectedInput(RejectionReason::unusable_database,
                          "the database was made by another build: migration " + std::string(migration.path) +
                              " has another checksum");
    }
  }
  if (known < applied.size()) {
    throw RejectedInput(RejectionReason::unusable_database,
                        "the database's schema is newer than this version of Glisson");
  }
  return missing;
}

void apply(pqxx::connection& connection, const EmbeddedFile& migration) {
  pqxx::work work(connection);
  work.exec("set local search_path = glisson");
  work.exec(std::string(migration.content));
  work.exec("insert into schema_migration (name, checksum) values (" +
            work.quote(std::string(migration.path)) + ", " + work.quote(checksum_of(migration)) + ")");
  work.commit();
}

}  // namespace

std::vector<std::string> update_schema(pqxx::connection& connection) {
  if (missing_migrations(applied_migrations(connection)).empty()) return {};
  pqxx::nontransaction(connection).exec(lock_schema);
  {
    pqxx::work work(connection);
    work.exec(create_bookkeeping);
    work.commit();
  }
  std::vector<std::string> names;
  for (const EmbeddedFile& migration : missing_migrations(applied_migrations(connection))) {
    apply(connection, migration);
    names.emplace_back(migration.path);
  }
  pqxx::nontransaction(connection).exec(unlock_schema);
  return names;
}

std::vector<MigrationStatus> migration_status(const std::string& url) {
  try {
    const auto connection = connect(url, "glisson db status");
    auto applied = applied_migrations(*connection);
    std::vector<MigrationStatus> status;
    for (const EmbeddedFile& migration : schema_migrations()) {
      const std::string name(migration.path);
      status.push_back({name, checksum_of(migration), applied[name].at});
      applied.erase(name);
    }
    for (const auto& [name, record] : applied) status.push_back({name, record.checksum, record.at});
    return status;
  } catch (...) {
    rethrow_database_error();
  }
}

std::vector<std::string> migrate(const std::string& url) {
  try {
    return update_schema(*connect(url, "glisson db migrate"));
  } catch (...) {
    rethrow_database_error();
  }
}

}  // namespace glisson::storage
