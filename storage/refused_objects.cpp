#include "storage/refused_objects.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_kept{"refused_kept", R"(
    select refused_file_id from job
    where kind = 'ingest' and refused_digest = $1 and refused_file_id is not null)"};

/// One refusal at a time, so that two do not apply the bound to what they do not see of each other.
constexpr Statement lock_refused{"refused_lock",
                                 "select pg_advisory_xact_lock(hashtextextended('refused', 3))"};

constexpr Statement count_refused{"refused_object", R"(
    insert into job (kind, state, refused_file_id, refused_bytes, refused_digest, association_id, reason, detail,
                     finished_at)
    values ('ingest', 'dead', nullif($1, ''), $2, $3, nullif($4::bigint, 0), $5, $6, clock_timestamp())
    on conflict (refused_digest) where kind = 'ingest' do update set
        refused_file_id = coalesce(excluded.refused_file_id, job.refused_file_id),
        association_id = excluded.association_id, reason = excluded.reason, detail = excluded.detail,
        finished_at = excluded.finished_at, times = job.times + 1)"};

// A file of no known size counts as a byte, so that a bound of 0 leaves none.

constexpr Statement exceeds_bound{"refused_exceeds", R"(
    select count(*) > $2::bigint or
           coalesce(sum(greatest(refused_bytes, 1)) filter (where refused_file_id is not null), 0) > $1::bigint
    from job where kind = 'ingest')"};

/// The latest stay.
constexpr Statement apply_bound{"refused_bound", R"(
    with ranked as (
        select job_id, refused_file_id, row_number() over latest as place,
               sum(greatest(refused_bytes, 1)) filter (where refused_file_id is not null) over latest as bytes
        from job where kind = 'ingest' window latest as (order by finished_at desc, job_id desc)),
    forgotten as (
        delete from job using ranked where job.job_id = ranked.job_id and place > $2::bigint
        returning ranked.refused_file_id),
    dropped as (
        update job set refused_file_id = null from ranked
        where job.job_id = ranked.job_id and ranked.refused_file_id is not null and bytes > $1::bigint
          and place <= $2::bigint
        returning ranked.refused_file_id)
    select refused_file_id from forgotten where refused_file_id is not null
    union all select refused_file_id from dropped)"};

constexpr Statement select_unknown{"refused_unknown", R"(
    select given.file_id from unnest($1::text[]) given(file_id)
    where not exists (select from job where kind = 'ingest' and refused_file_id = given.file_id))"};

std::vector<std::string> names(const pqxx::result& rows) {
  std::vector<std::string> names;
  for (const pqxx::row& row : rows) names.emplace_back(row[0].c_str());
  return names;
}

std::vector<std::string> apply(Transaction& transaction, const RefusedBound& bound) {
  if (!transaction.run(exceeds_bound, bound.bytes, bound.objects).front()[0].as<bool>()) return {};
  return names(transaction.run(apply_bound, bound.bytes, bound.objects));
}

}  // namespace

std::optional<std::string> kept_refused_file(Database& database, const Sha256& digest) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<std::string> {
    const pqxx::result found = transaction.run(select_kept, binary(digest));
    if (found.empty()) return std::nullopt;
    return found.front()[0].as<std::string>();
  });
}

std::vector<std::string> record_refused(Database& database, const RefusedObject& object,
                                        const RefusedBound& bound) {
  return database.connection().transaction([&](Transaction& transaction) {
    transaction.run(lock_refused);
    transaction.run(count_refused, object.file_id, object.bytes, binary(object.digest), object.association_id,
                    std::string(keyword(object.reason)), object.detail);
    return apply(transaction, bound);
  });
}

std::vector<std::string> bound_refused(Database& database, const RefusedBound& bound) {
  return database.connection().transaction([&](Transaction& transaction) {
    transaction.run(lock_refused);
    return apply(transaction, bound);
  });
}

std::vector<std::string> unknown_refused_files(Database& database, const std::vector<std::string>& file_ids) {
  return database.connection().transaction([&](Transaction& transaction) {
    return names(transaction.run(select_unknown, array_literal(file_ids)));
  });
}

}  // namespace glisson::storage
