#include "storage/figures.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_queue_lengths{"select_queue_lengths", R"(
  select kind, state, count(job_id) as jobs,
         coalesce(extract(epoch from now() - min(created_at)), 0)::double precision as oldest
  from unnest('{analyse,compare,deliver,ingest}'::text[]) as kinds (kind)
  cross join unnest('{scheduled,running,dead,blocked,held}'::text[]) as states (state)
  left join job using (kind, state)
  where kind <> 'ingest' or state = 'dead'
  group by kind, state order by kind, state)"};

}  // namespace

std::vector<QueueLength> queue_lengths(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<QueueLength> lengths;
    for (const pqxx::row& row : transaction.run(select_queue_lengths)) {
      lengths.push_back({.kind = row["kind"].as<std::string>(),
                         .state = row["state"].as<std::string>(),
                         .jobs = row["jobs"].as<std::uint64_t>(),
                         .oldest = row["oldest"].as<double>()});
    }
    return lengths;
  });
}

}  // namespace glisson::storage
