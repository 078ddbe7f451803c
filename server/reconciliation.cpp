#include "server/reconciliation.hpp"

#include <fmt/format.h>

#include <functional>

#include "dicom/data_set_digest.hpp"
#include "dicom/instance_reader.hpp"
#include "engine/errors.hpp"
#include "server/log.hpp"
#include "storage/index.hpp"
#include "storage/refused_objects.hpp"

namespace glisson::server {

namespace {

/// How many files one statement asks after: a statement has a time limit, and a process its memory.
constexpr std::size_t most_files = 10'000;

void index_or_remove(storage::Database& database, const storage::InstanceStore& store,
                     const config::Settings& settings, const std::string& id, ReconciliationReport& report) {
  // From here on no association that was slow to commit can take the file back.
  const auto held = store.hold(id);
  if (!held) return;
  const auto path = store.path_of(id);
  const auto content = dicom::data_set_digest(path);
  const auto result =
      storage::ingest(database, {dicom::read_instance_header(path), id, content.bytes, content.digest, 0},
                      settings.settle_time, std::bind_front(&storage::InstanceStore::has, &store));
  if (storage::needs_file(result)) {
    ++report.indexed;
  } else {
    store.remove(id);
    ++report.removed;
  }
}

}  // namespace

ReconciliationReport reconcile(storage::Database& database, const storage::InstanceStore& store,
                               const config::Settings& settings, std::chrono::seconds older_than,
                               const std::function<void()>& getting_on) {
  ReconciliationReport report;
  report.swept = store.sweep_incoming(older_than);
  store.visit_older_than(older_than, most_files, [&](const std::vector<std::string>& ids) {
    for (const std::string& id : storage::unknown_files(database, ids)) {
      if (getting_on) getting_on();
      try {
        index_or_remove(database, store, settings, id, report);
      } catch (const TransientError&) {
        throw;
      } catch (const std::exception& error) {
        log::error(fmt::format("file {} of the instance store cannot be indexed: {}", id, error.what()));
      }
    }
  });
  store.visit_refused_older_than(older_than, most_files, [&](const std::vector<std::string>& ids) {
    const auto unknown = storage::unknown_refused_files(database, ids);
    store.remove_refused(unknown);
    report.swept += unknown.size();
  });
  return report;
}

}  // namespace glisson::server
