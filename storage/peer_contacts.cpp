#include "storage/peer_contacts.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_last_call{"contacts_last_call", R"(
    select association_id, called, address, iso_8601(opened_at), stored from association
    where calling = $1 order by association_id desc limit 1)"};

constexpr Statement select_deliveries{"contacts_deliveries", R"(
    select count(*) filter (where state = 'done'),
           count(*) filter (where state = 'blocked' or (state in ('scheduled', 'running') and failures > 0)),
           iso_8601(max(finished_at) filter (where state = 'done'))
    from job where peer_id = $1 and kind = 'deliver')"};

constexpr Statement select_last_attempt{"contacts_last_attempt", R"(
    select job_id, iso_8601(job_attempt.ended_at), job_attempt.outcome, job_attempt.reason, job_attempt.detail
    from job_attempt join job using (job_id)
    where peer_id = $1 and kind = 'deliver' and job_attempt.ended_at is not null
      and job_attempt.outcome in ('done', 'retry', 'next_iod', 'blocked', 'dead')
    order by job_attempt.ended_at desc limit 1)"};

constexpr Statement select_releases{
    "contacts_releases",
    "select hold_reason(purpose, responsible, valid_until) is null from peer where peer_id = $1"};

}  // namespace

std::optional<PeerCall> last_call(Database& database, const Peer& peer) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<PeerCall> {
    const pqxx::result rows = transaction.run(select_last_call, peer.ae_title.value());
    if (rows.empty()) return std::nullopt;
    const pqxx::row row = rows.front();
    return PeerCall{row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].c_str(),
                    row[4].as<std::uint64_t>()};
  });
}

PeerDeliveries deliveries_to(Database& database, const Peer& peer) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::row counts = transaction.run(select_deliveries, peer.id).front();
    PeerDeliveries deliveries;
    deliveries.delivered = counts[0].as<std::uint64_t>();
    deliveries.standing = counts[1].as<std::uint64_t>();
    deliveries.last_delivered = text_or_empty(counts[2]);
    const pqxx::result attempts = transaction.run(select_last_attempt, peer.id);
    if (!attempts.empty() && std::string_view(attempts[0][2].c_str()) != "done") {
      deliveries.failed_job = attempts[0][0].as<std::int64_t>();
      deliveries.failed_at = text_or_empty(attempts[0][1]);
      deliveries.reason = text_or_empty(attempts[0][3]);
      deliveries.detail = text_or_empty(attempts[0][4]);
    }
    return deliveries;
  });
}

bool releases_reports(Database& database, const Peer& peer) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::result rows = transaction.run(select_releases, peer.id);
    return !rows.empty() && rows[0][0].as<bool>();
  });
}

}  // namespace glisson::storage
