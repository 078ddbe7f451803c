#pragma once

#include <optional>
#include <string>

#include "config/settings.hpp"
#include "storage/alerts.hpp"
#include "storage/node_state.hpp"

namespace glisson::server {

/// A disk as statvfs(2) shows it, in bytes; free: what the service user may still write.
struct DiskUse {
  std::uint64_t free = 0;
  std::uint64_t size = 0;
};

/// @param folder any path on the disk.
/// @throws TransientError where the disk does not answer.
DiskUse disk_use(const std::filesystem::path& folder);

/// What resources there are at one moment.
struct Resources {
  DiskUse store;
  std::optional<DiskUse> database;  ///< None where the database is another host's.
  storage::QueueLoad queue;
  std::string foreign_store{};  ///< Why the instance store is not the one of the database; empty when it is.
};

/// As they are now, but for foreign_store.
/// @throws TransientError where a disk or the database does not answer.
Resources resources_now(const config::Settings& settings, storage::Database& database);

/// What there is too little of.
struct Shortage {
  storage::AlertKind kind = storage::AlertKind::store_disk_full;
  std::string detail;  ///< A sentence with the figures.
};

/// Decides whether a node receives. Each mark has a hysteresis of a tenth, so that a node at its mark does
/// not change its mind with every instance: it stops at the mark and goes on when there is a tenth more
/// space, or a tenth less in the queue.
class ResourceMarks {
 public:
  explicit ResourceMarks(const config::Settings& settings);

  /// What is short now; none when the node receives. The first of foreign store, disk of the store, disk of
  /// the database, queue, where several are.
  std::optional<Shortage> judge(const Resources& resources);
  /// Bytes that must be free on a disk.
  std::uint64_t least_free(const DiskUse& disk) const;

 private:
  bool short_of_space(const DiskUse& disk, bool& is_short) const;

  const config::Settings& settings_;
  bool store_short_ = false;
  bool database_short_ = false;
  bool queue_short_ = false;
};

}  // namespace glisson::server
