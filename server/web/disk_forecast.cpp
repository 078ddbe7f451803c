#include "server/web/disk_forecast.hpp"

#include "engine/errors.hpp"
#include "server/resources/readiness.hpp"
#include "server/resources/resource_marks.hpp"
#include "storage/figures.hpp"
#include "storage/node_state.hpp"

namespace glisson::server {

std::vector<DiskForecast> disk_forecasts(storage::Database& database, const config::Settings& settings) {
  const double pace = storage::bytes_per_day(database);
  const auto refusal = storage::refusal_of(database, node_name(settings));
  const ResourceMarks marks(settings);
  const auto forecast = [&](const std::string& name, const std::filesystem::path& path) {
    DiskForecast disk{.name = name, .path = path.string(), .days = std::nullopt};
    try {
      const DiskUse use = disk_use(path);
      const std::uint64_t mark = marks.least_free(use);
      disk.answers = true;
      disk.total = use.size;
      disk.free = use.free;
      if (pace > 0) disk.days = use.free > mark ? static_cast<double>(use.free - mark) / pace : 0;
      disk.high_water = use.free < mark || (refusal && refusal->reason == name + "_disk_full");
    } catch (const TransientError&) {
      // Readiness tells of it: upkeep cannot look at the disk either.
    }
    return disk;
  };
  std::vector<DiskForecast> disks{forecast("store", settings.instances())};
  if (settings.database_url.empty()) disks.push_back(forecast("database", settings.data / "postgresql"));
  return disks;
}

}  // namespace glisson::server
