#include "server/reconciliation.hpp"

#include <fmt/format.h>

#include <functional>

#include "dicom/data_set_digest.hpp"
#include "dicom/instance_reader.hpp"
#include "engine/errors.hpp"
#include "server/log.hpp"
#include "storage/index.hpp"

namespace glisson::server {

ReconciliationReport reconcile(storage::Database& database, const storage::InstanceStore& store,
                               const config::Settings& settings, std::chrono::seconds older_than) {
  ReconciliationReport report;
  report.swept = store.sweep_incoming(older_than);
  for (const std::string& id : storage::unknown_files(database, store.ids_older_than(older_than))) {
    try {
      // From here on no association that was slow to commit can take the file back.
      const auto held = store.hold(id);
      if (!held) continue;
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
    } catch (const TransientError&) {
      throw;
    } catch (const std::exception& error) {
      log::error(fmt::format("file {} of the instance store cannot be indexed: {}", id, error.what()));
    }
  }
  return report;
}

}  // namespace glisson::server
