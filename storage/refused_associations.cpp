#include "storage/refused_associations.hpp"

#include <array>
#include <stdexcept>

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr std::array reasons{
    AssociationRefusal::malformed_request,     AssociationRefusal::called_title_unknown,
    AssociationRefusal::calling_title_unknown, AssociationRefusal::title_not_for_peer,
    AssociationRefusal::address_not_allowed,   AssociationRefusal::store_not_permitted,
    AssociationRefusal::echo_not_permitted,    AssociationRefusal::certificate_missing,
    AssociationRefusal::certificate_not_bound};

constexpr Statement forget_old{
    "refused_forget", "delete from refused_association where last_seen < now() - interval '90 days'"};

/// Under its own key where that is known or there is room; else with the others of its address, or of all.
constexpr Statement count_attempt{"refused_count", R"(
    with known as (
        select exists (select from refused_association
                       where reason = $1 and calling = $2 and called = $3 and address = $4) as itself,
               (select count(*) from refused_association where address = $4) < $5 as room_for_title,
               (select count(*) from refused_association) < $6 as room_for_address),
    key as (
        select itself or (room_for_title and room_for_address) as whole,
               itself or room_for_address or exists (
                   select from refused_association
                   where reason = $1 and calling = '' and called = '' and address = $4) as placed
        from known)
    insert into refused_association (reason, calling, called, address)
    select $1, case when whole then $2 else '' end, case when whole then $3 else '' end,
           case when placed then $4 else '' end
    from key
    on conflict (reason, calling, called, address) do update
    set times = refused_association.times + 1, last_seen = now())"};

constexpr Statement select_all{"refused_list", R"(
    select reason, calling, called, address, times,
           to_char(first_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           to_char(last_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), refused_association_id
    from refused_association order by last_seen desc, refused_association_id)"};

}  // namespace

std::string_view keyword(AssociationRefusal refusal) noexcept {
  switch (refusal) {
    case AssociationRefusal::malformed_request:
      return "malformed_request";
    case AssociationRefusal::called_title_unknown:
      return "called_title_unknown";
    case AssociationRefusal::title_not_for_peer:
      return "title_not_for_peer";
    case AssociationRefusal::address_not_allowed:
      return "address_not_allowed";
    case AssociationRefusal::store_not_permitted:
      return "store_not_permitted";
    case AssociationRefusal::echo_not_permitted:
      return "echo_not_permitted";
    case AssociationRefusal::certificate_missing:
      return "certificate_missing";
    case AssociationRefusal::certificate_not_bound:
      return "certificate_not_bound";
    case AssociationRefusal::calling_title_unknown:
      break;
  }
  return "calling_title_unknown";
}

AssociationRefusal association_refusal_from(std::string_view text) {
  for (const AssociationRefusal refusal : reasons) {
    if (keyword(refusal) == text) return refusal;
  }
  throw std::logic_error("no reason of a refused association: " + std::string(text));
}

void record_refused_association(Database& database, const RefusedAttempt& attempt) {
  database.connection().transaction([&](Transaction& transaction) {
    // A count that a power failure takes back is no loss, and a peer that hammers costs no fsync.
    transaction.run("set local synchronous_commit = off");
    transaction.run(forget_old);
    transaction.run(count_attempt, std::string(keyword(attempt.reason)), attempt.calling, attempt.called,
                    attempt.address, most_refused_per_address, most_refused);
  });
}

std::vector<RefusedAssociation> list_refused_associations(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<RefusedAssociation> refused;
    for (const pqxx::row& row : transaction.run(select_all)) {
      refused.push_back(
          {row[7].as<std::int64_t>(),
           {association_refusal_from(row[0].c_str()), row[1].c_str(), row[2].c_str(), row[3].c_str()},
           row[4].as<std::uint64_t>(),
           row[5].c_str(),
           row[6].c_str()});
    }
    return refused;
  });
}

}  // namespace glisson::storage
