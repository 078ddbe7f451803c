#include "storage/node_state.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement count_due{"node_count_due", R"(
    select count(*), coalesce(floor(extract(epoch from now() - min(run_at))), 0)::bigint
    from job where kind = 'analyse' and state = 'scheduled' and run_at <= now())"};

constexpr Statement upsert_state{"node_upsert_state", R"(
    insert into node_state (node, refuses_because, detail, store_free, store_mark, database_free, database_mark,
                            due_analyses, oldest_due)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (node) do update set
        since = case when node_state.refuses_because is distinct from excluded.refuses_because
                     then clock_timestamp() else node_state.since end,
        refuses_because = excluded.refuses_because, detail = excluded.detail,
        store_free = excluded.store_free, store_mark = excluded.store_mark,
        database_free = excluded.database_free, database_mark = excluded.database_mark,
        due_analyses = excluded.due_analyses, oldest_due = excluded.oldest_due,
        checked_at = clock_timestamp())"};

constexpr Statement select_state{"node_select_state", R"(
    select refuses_because, detail, iso_8601(since) as since, store_free, store_mark, database_free,
           database_mark, due_analyses, oldest_due,
           floor(abs(extract(epoch from clock_timestamp() - checked_at)))::bigint as age
    from node_state where node = $1)"};

constexpr Statement select_refusal{"node_select_refusal", R"(
    select refuses_because, detail from node_state
    where node = $1 and refuses_because is not null
      and abs(extract(epoch from clock_timestamp() - checked_at)) < $2::bigint)"};

std::optional<DiskSpace> disk_space(const pqxx::field& free, const pqxx::field& mark) {
  if (free.is_null() || mark.is_null()) return std::nullopt;
  return DiskSpace{free.as<std::uint64_t>(), mark.as<std::uint64_t>()};
}

}  // namespace

QueueLoad queue_load(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    const pqxx::row row = transaction.run(count_due).front();
    return QueueLoad{row[0].as<std::uint64_t>(), std::chrono::seconds(row[1].as<std::int64_t>())};
  });
}

void report_node_state(Database& database, const NodeState& state) {
  database.connection().transaction([&](Transaction& transaction) {
    transaction.run("set local synchronous_commit = off");
    std::optional<std::string> reason;
    std::optional<std::string> detail;
    if (state.refusal) {
      reason = state.refusal->reason;
      detail = state.refusal->detail;
    }
    std::optional<std::uint64_t> database_free;
    std::optional<std::uint64_t> database_mark;
    if (state.database) {
      database_free = state.database->free;
      database_mark = state.database->mark;
    }
    transaction.run(upsert_state, state.node, reason, detail, state.store.free, state.store.mark,
                    database_free, database_mark, state.queue.due, state.queue.oldest.count());
  });
}

std::optional<NodeState> node_state(Database& database, const std::string& node) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<NodeState> {
    const pqxx::result found = transaction.run(select_state, node);
    if (found.empty()) return std::nullopt;
    const pqxx::row row = found.front();
    NodeState state;
    state.node = node;
    if (!row["refuses_because"].is_null()) {
      state.refusal = {row["refuses_because"].as<std::string>(), row["detail"].as<std::string>()};
    }
    state.since = row["since"].as<std::string>();
    state.store = {row["store_free"].as<std::uint64_t>(), row["store_mark"].as<std::uint64_t>()};
    state.database = disk_space(row["database_free"], row["database_mark"]);
    state.queue = {row["due_analyses"].as<std::uint64_t>(),
                   std::chrono::seconds(row["oldest_due"].as<std::int64_t>())};
    state.age = std::chrono::seconds(row["age"].as<std::int64_t>());
    return state;
  });
}

std::optional<Refusal> refusal_of(Database& database, const std::string& node) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<Refusal> {
    const pqxx::result found = transaction.run(select_refusal, node, node_state_expires.count());
    if (found.empty()) return std::nullopt;
    return Refusal{found.front()[0].as<std::string>(), found.front()[1].as<std::string>()};
  });
}

}  // namespace glisson::storage
