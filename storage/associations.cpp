#include "storage/connection.hpp"
#include "storage/index.hpp"

namespace glisson::storage {
namespace {

constexpr Statement insert_association{
    "association_open",
    "insert into association (calling, called, address, application_entity) values ($1, $2, $3, $4) "
    "returning association_id"};

constexpr Statement update_association{"association_close", R"(
    update association set closed_at = now(), end_reason = $2, stored = $3, refused = $4
    where association_id = $1)"};

}  // namespace

std::int64_t open_association(Database& database, const AssociationRecord& association) {
  return database.connection().transaction([&](Transaction& transaction) {
    return transaction
        .run(insert_association, association.calling, association.called, association.address,
             association.application_entity)[0][0]
        .as<std::int64_t>();
  });
}

void close_association(Database& database, std::int64_t id, const std::string& end, std::uint64_t stored,
                       std::uint64_t refused) {
  database.connection().transaction(
      [&](Transaction& transaction) { transaction.run(update_association, id, end, stored, refused); });
}

}  // namespace glisson::storage
