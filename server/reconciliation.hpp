#pragma once

#include <chrono>
#include <functional>

#include "config/settings.hpp"
#include "storage/database.hpp"
#include "storage/instance_store.hpp"

namespace glisson::server {

/// What one reconciliation did.
struct ReconciliationReport {
  std::size_t swept = 0;    ///< What killed processes left in incoming/, or in refused/ without a row.
  std::size_t indexed = 0;  ///< Published files that no row named, and now does.
  std::size_t removed = 0;  ///< Published files that no row named and that were duplicates.
};

/// Brings instance store and index together again after a process was killed between rename and COMMIT, or
/// the database was restored from a backup: a published file that no row names is ingested as if it arrived
/// now, so that nothing is ever lost, whatever its sender was told. A refused one that no row names is
/// removed: its sender was not answered, or it gave way to others.
/// @param older_than files changed later are left alone: their transaction may be on its way.
/// @param getting_on called before each file that is looked into; may be empty.
/// @throws TransientError when the database or the disk does not answer.
ReconciliationReport reconcile(storage::Database& database, const storage::InstanceStore& store,
                               const config::Settings& settings, std::chrono::seconds older_than,
                               const std::function<void()>& getting_on = {});

}  // namespace glisson::server
