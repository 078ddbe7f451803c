#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "storage/database.hpp"

namespace glisson::server {

/// A disk of this host that Glisson fills.
struct DiskForecast {
  std::string name;  ///< "store" or "database".
  std::string path;
  bool answers = false;     ///< False where the disk does not: the rest is empty then.
  std::uint64_t total = 0;  ///< Bytes.
  std::uint64_t free = 0;
  /// Until only what must stay free is left, at the pace of the last week; none where nothing arrives.
  std::optional<double> days;
  bool high_water = false;  ///< So little is free that what is sent is refused.
};

/// The disks of the instance store and, where the database is private, of the database. What a disk holds
/// grows by what is received; the database's share of it is small.
std::vector<DiskForecast> disk_forecasts(storage::Database& database, const config::Settings& settings);

}  // namespace glisson::server
