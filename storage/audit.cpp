#include "storage/audit.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement end_lost_runs{"audit_end_lost_runs", R"(
  insert into audit_event (kind, host, outcome, facts)
  select 'application_stop', host, 8, facts || '{"detail": "It ended without an orderly stop; noted at the next start."}'
  from audit_event begun
  where kind = 'application_start' and host = $1 and facts ->> 'folder' = $2 and facts ->> 'run' <> $3
    and not exists (select from audit_event ended
                    where ended.kind = 'application_stop' and ended.facts ->> 'run' = begun.facts ->> 'run')
  on conflict do nothing)"};

constexpr Statement insert_run{"audit_run", R"(
  insert into audit_event (kind, at, host, facts)
  values ($1, coalesce(to_timestamp($2::double precision), clock_timestamp()), $3, jsonb_build_object(
    'run', $4::text, 'process', $5::text, 'ae_titles', to_jsonb($6::text[]), 'folder', $7::text))
  on conflict do nothing)"};

constexpr Statement insert_sign_in{"audit_sign_in", R"(
  insert into audit_event (kind, outcome, facts)
  values ($1, $2, jsonb_build_object('account', $3::text, 'address', $4::text)))"};

constexpr Statement run_overdue{"audit_overdue", "select audit_overdue()"};

constexpr Statement select_without_message{"audit_without_message", R"(
  select audit_event_id, kind, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, host, outcome,
         facts
  from audit_event where message is null order by audit_event_id limit $1 for update skip locked)"};

constexpr Statement set_message{"audit_set_message",
                                "update audit_event set message = $2 where audit_event_id = $1"};

constexpr Statement select_waiting{"audit_select_waiting", R"(
  select audit_event_id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, host, message
  from audit_event where sent_at is null and message is not null
  order by audit_event_id limit $1 for update skip locked)"};

constexpr Statement set_sent{
    "audit_set_sent",
    "update audit_event set sent_at = clock_timestamp() where audit_event_id = any($1::bigint[])"};

constexpr Statement count_waiting{"audit_count_waiting", R"(
  select count(*), coalesce(floor(extract(epoch from clock_timestamp() - min(at))), 0)::bigint
  from (select at from audit_event where sent_at is null order by audit_event_id limit 100000) as waiting)"};

constexpr Statement delete_old{"audit_delete_old", R"(
  delete from audit_event where audit_event_id in (
    select audit_event_id from audit_event
    where at < now() - make_interval(days => $1) and (sent_at is not null or not $2::boolean) limit 10000))"};

void insert(Database& database, const char* kind, const ApplicationRun& run, std::optional<double> at) {
  database.connection().transaction([&](Transaction& transaction) {
    transaction.run(end_lost_runs, run.host, run.folder, run.run);
    transaction.run(insert_run, std::string(kind), at, run.host, run.run, run.process,
                    array_literal(run.ae_titles), run.folder);
  });
}

}  // namespace

void record_application_start(Database& database, const ApplicationRun& run) {
  const std::chrono::duration<double> since_epoch = run.started_at.time_since_epoch();
  insert(database, "application_start", run, since_epoch.count());
}

void record_application_stop(Database& database, const ApplicationRun& run) {
  insert(database, "application_stop", run, std::nullopt);
}

void record_sign_in(Database& database, const SignIn& sign_in) {
  const int outcome = sign_in.locked_out ? 8 : sign_in.failed ? 4 : 0;
  database.connection().transaction([&](Transaction& transaction) {
    transaction.run(insert_sign_in, std::string("sign_in"), outcome, sign_in.account, sign_in.address);
  });
}

void record_sign_out(Database& database, const std::string& account, const std::string& address) {
  database.connection().transaction([&](Transaction& transaction) {
    transaction.run(insert_sign_in, std::string("sign_out"), 0, account, address);
  });
}

void audit_overdue(Database& database) {
  database.connection().transaction([](Transaction& transaction) { transaction.run(run_overdue); });
}

std::size_t compose_audit_messages(Database& database, int limit,
                                   const std::function<std::string(const AuditEvent&)>& compose) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::result events = transaction.run(select_without_message, limit);
    for (const pqxx::row& row : events) {
      const AuditEvent event{.id = row["audit_event_id"].as<std::int64_t>(),
                             .kind = row["kind"].as<std::string>(),
                             .at = row["at"].as<std::string>(),
                             .host = text_or_empty(row["host"]),
                             .outcome = row["outcome"].as<int>(),
                             .facts = row["facts"].as<std::string>()};
      transaction.run(set_message, event.id, compose(event));
    }
    return events.size();
  });
}

std::size_t forward_audit_messages(Database& database, int limit,
                                   const std::function<void(const std::vector<AuditMessage>&)>& send) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<AuditMessage> messages;
    std::vector<std::string> ids;
    for (const pqxx::row& row : transaction.run(select_waiting, limit)) {
      messages.push_back({row["audit_event_id"].as<std::int64_t>(), row["at"].as<std::string>(),
                          text_or_empty(row["host"]), row["message"].as<std::string>()});
      ids.push_back(row["audit_event_id"].as<std::string>());
    }
    if (messages.empty()) return std::size_t{0};
    send(messages);
    transaction.run(set_sent, array_literal(ids));
    return messages.size();
  });
}

AuditBacklog audit_backlog(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    const pqxx::row row = transaction.run(count_waiting).front();
    return AuditBacklog{row[0].as<std::uint64_t>(), std::chrono::seconds(row[1].as<std::int64_t>())};
  });
}

std::size_t forget_audit_events(Database& database, int days, bool sent_only) {
  return database.connection().transaction([&](Transaction& transaction) {
    return static_cast<std::size_t>(transaction.run(delete_old, days, sent_only).affected_rows());
  });
}

}  // namespace glisson::storage
