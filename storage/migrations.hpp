#pragma once

#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "engine/embedded_file.hpp"

// Internal to storage/, as connection.hpp.

namespace glisson {

/// storage/migrations/*.sql in order of name. A migration that was released is never changed. The numbers
/// only put them in order; 0013 was never given.
std::span<const EmbeddedFile> schema_migrations();

}  // namespace glisson

namespace glisson::storage {

/// Brings the schema to the version of this binary: one query when it is there already; else each missing
/// migration in a transaction of its own, under an advisory lock, recorded in glisson.schema_migration.
/// @return names of the migrations applied.
/// @throws RejectedInput unusable_database when the schema holds a migration that the binary does not know,
/// or
///         one with another checksum; pqxx's exceptions.
std::vector<std::string> update_schema(pqxx::connection& connection);

}  // namespace glisson::storage
