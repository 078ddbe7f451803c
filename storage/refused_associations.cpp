#include "storage/refused_associations.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

using enum AssociationRefusal;

constexpr std::array table{
    AssociationRefusalDefinition{
        malformed_request, "malformed_request",
        "A title is none (PS3.5 6.2 AE), or the application context is another than DICOM's."},
    AssociationRefusalDefinition{called_title_unknown, "called_title_unknown",
                                 "The called title is none of this node's."},
    AssociationRefusalDefinition{calling_title_unknown, "calling_title_unknown",
                                 "No peer has the calling title."},
    AssociationRefusalDefinition{title_not_for_peer, "title_not_for_peer",
                                 "The called title is open to other peers only."},
    AssociationRefusalDefinition{address_not_allowed, "address_not_allowed",
                                 "The peer may not call from that address."},
    AssociationRefusalDefinition{certificate_missing, "certificate_missing",
                                 "The peer is bound to a certificate and showed none."},
    AssociationRefusalDefinition{certificate_not_bound, "certificate_not_bound",
                                 "The peer is bound to another certificate than the one that it showed."},
    AssociationRefusalDefinition{store_not_permitted, "store_not_permitted", "The peer may not store."},
    AssociationRefusalDefinition{echo_not_permitted, "echo_not_permitted",
                                 "The peer may not echo, and C-ECHO is not open to everyone."},
};

static_assert(table.size() == static_cast<std::size_t>(echo_not_permitted) + 1, "a row for each");

constexpr Statement forget_old{
    "refused_forget", "delete from refused_association where last_seen < now() - interval '90 days'"};

/// Where its address has no room for another kind, the one that was seen least lately goes to those that are
/// counted together: who looks for a title that was refused just now finds it by name.
constexpr Statement make_room{"refused_make_room", R"(
    with evicted as (
        delete from refused_association where refused_association_id = (
            select refused_association_id from refused_association
            where address = $4 and called <> ''
              and (select count(*) from refused_association where address = $4 and called <> '') >= $5
              and not exists (select from refused_association
                              where reason = $1 and calling = $2 and called = $3 and address = $4)
            order by last_seen, refused_association_id limit 1)
        returning reason, address, times, first_seen, last_seen)
    insert into refused_association (reason, calling, called, address, times, first_seen, last_seen)
    select reason, '', '', address, times, first_seen, last_seen from evicted
    on conflict (reason, calling, called, address) do update
    set times = refused_association.times + excluded.times,
        first_seen = least(refused_association.first_seen, excluded.first_seen),
        last_seen = greatest(refused_association.last_seen, excluded.last_seen))"};

/// Under its own key where that is known or there is room in all; else with the others of its address, or of
/// all.
constexpr Statement count_attempt{"refused_count", R"(
    with known as (
        select exists (select from refused_association
                       where reason = $1 and calling = $2 and called = $3 and address = $4) as itself,
               (select count(*) from refused_association) < $5 as room_for_address),
    key as (
        select itself or room_for_address as whole,
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

std::span<const AssociationRefusalDefinition> association_refusals() noexcept { return table; }

std::string_view keyword(AssociationRefusal refusal) noexcept {
  return std::ranges::find(table, refusal, &AssociationRefusalDefinition::refusal)->keyword;
}

AssociationRefusal association_refusal_from(std::string_view text) {
  const auto found = std::ranges::find(table, text, &AssociationRefusalDefinition::keyword);
  if (found == table.end())
    throw std::logic_error("no reason of a refused association: " + std::string(text));
  return found->refusal;
}

void record_refused_association(Database& database, const RefusedAttempt& attempt) {
  database.connection().transaction([&](Transaction& transaction) {
    // A count that a power failure takes back is no loss, and a peer that hammers costs no fsync.
    transaction.run("set local synchronous_commit = off");
    transaction.run(forget_old);
    const std::string reason(keyword(attempt.reason));
    transaction.run(make_room, reason, attempt.calling, attempt.called, attempt.address,
                    most_refused_per_address);
    transaction.run(count_attempt, reason, attempt.calling, attempt.called, attempt.address, most_refused);
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
