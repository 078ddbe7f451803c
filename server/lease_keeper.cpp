#include "server/lease_keeper.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "engine/errors.hpp"
#include "server/control_socket.hpp"
#include "server/log.hpp"
#include "server/process_end.hpp"

namespace glisson::server {

LeaseKeeper::LeaseKeeper(storage::Database& database, int control, const storage::Job& job,
                         std::chrono::seconds lease)
    : thread_([this, &database, control, job, lease] { keep(database, control, job, lease); }) {}

LeaseKeeper::~LeaseKeeper() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  finished_.notify_all();
  thread_.join();
}

void LeaseKeeper::keep(storage::Database& database, int control, const storage::Job& job,
                       std::chrono::seconds lease) {
  std::unique_lock lock(mutex_);
  while (!finished_.wait_for(lock, lease / 3.0, [this] { return done_; })) {
    lock.unlock();
    report_alive(control);
    try {
      if (!storage::renew_lease(database, job, lease)) {
        log::error("lease lost or deadline passed; this process ends");
        std::_Exit(EXIT_FAILURE);
      }
    } catch (const storage::ConnectionLost& error) {
      log::warning(fmt::format("{}; this process ends", error.what()));
      std::_Exit(exit_connection_lost);
    } catch (const TransientError& error) {
      // Tried again at the next third; when the lease runs out meanwhile, the fencing token stops this
      // attempt.
      log::warning(fmt::format("lease not renewed: {}", error.what()));
    }
    lock.lock();
  }
}

}  // namespace glisson::server
