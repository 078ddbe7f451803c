#include "server/resources/resource_marks.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

using storage::AlertKind;

std::string in_mebibytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20U); }

std::string disk_sentence(const char* disk, const DiskUse& use, std::uint64_t mark) {
  return fmt::format("the disk of the {} has {} free of {}; receiving goes on above {}", disk,
                     in_mebibytes(use.free), in_mebibytes(use.size), in_mebibytes(mark + mark / 10));
}

}  // namespace

DiskUse disk_use(const std::filesystem::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) {
    throw TransientError(
        fmt::format("the disk of {} does not answer: {}", folder.string(), std::strerror(errno)));
  }
  return {disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize};
}

Resources resources_now(const config::Settings& settings, storage::Database& database) {
  Resources resources;
  resources.store = disk_use(settings.instances());
  if (settings.database_url.empty()) resources.database = disk_use(settings.data / "postgresql");
  resources.queue = storage::queue_load(database);
  return resources;
}

ResourceMarks::ResourceMarks(const config::Settings& settings) : settings_(settings) {}

std::uint64_t ResourceMarks::least_free(const DiskUse& disk) const {
  return std::max(settings_.least_free,
                  disk.size / 100 * static_cast<std::uint64_t>(settings_.least_free_percent));
}

bool ResourceMarks::short_of_space(const DiskUse& disk, bool& is_short) const {
  const std::uint64_t mark = least_free(disk);
  is_short = disk.free < (is_short ? mark + mark / 10 : mark);
  return is_short;
}

std::optional<Shortage> ResourceMarks::judge(const Resources& resources) {
  const auto tenth_less = [this](auto limit) { return queue_short_ ? limit - limit / 10 : limit; };
  const auto& queue = resources.queue;
  const auto most_due = static_cast<std::uint64_t>(settings_.most_due_analyses);
  queue_short_ = queue.due > tenth_less(most_due) ||
                 queue.oldest > tenth_less(std::chrono::seconds(settings_.longest_due));
  short_of_space(resources.store, store_short_);
  if (resources.database) short_of_space(*resources.database, database_short_);

  if (!resources.foreign_store.empty()) return Shortage{AlertKind::foreign_store, resources.foreign_store};
  if (store_short_) {
    return Shortage{AlertKind::store_disk_full,
                    disk_sentence("instance store", resources.store, least_free(resources.store))};
  }
  if (database_short_) {
    return Shortage{AlertKind::database_disk_full,
                    disk_sentence("database", *resources.database, least_free(*resources.database))};
  }
  if (queue_short_) {
    return Shortage{AlertKind::queue_full, fmt::format("{} analyses are due, the oldest since {} s",
                                                       queue.due, queue.oldest.count())};
  }
  return std::nullopt;
}

}  // namespace glisson::server
