#include "server/lease_keeper.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

#include "engine/errors.hpp"
#include "server/log.hpp"

namespace glisson::server {

LeaseKeeper::LeaseKeeper(std::string database_url, const storage::Job& job, std::chrono::seconds lease)
    : thread_([this, url = std::move(database_url), job, lease] { keep(url, job, lease); }) {}

LeaseKeeper::~LeaseKeeper() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  finished_.notify_all();
  thread_.join();
}

void LeaseKeeper::keep(const std::string& database_url, const storage::Job& job, std::chrono::seconds lease) {
  std::optional<storage::Database> database;  // Opened only for jobs that outlast a third of their lease.
  std::unique_lock lock(mutex_);
  while (!finished_.wait_for(lock, lease / 3.0, [this] { return done_; })) {
    lock.unlock();
    try {
      if (!database) database.emplace(database_url, "glisson lease");
      if (!storage::renew_lease(*database, job, lease)) {
        log::error(fmt::format("job {}: lease lost or deadline passed; this process ends", job.id));
        std::_Exit(EXIT_FAILURE);
      }
    } catch (const TransientError& error) {
      // Tried again at the next third; when the lease runs out meanwhile, the fencing token stops this
      // attempt.
      log::warning(fmt::format("job {}: lease not renewed: {}", job.id, error.what()));
    }
    lock.lock();
  }
}

}  // namespace glisson::server
