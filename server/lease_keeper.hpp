#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/job_queue.hpp"

namespace glisson::server {

/// Renews a job's lease from a thread of its own for as long as this object lives, and tells the supervisor
/// that the process is alive. A lease that is lost ends the process at once: computation cannot be
/// interrupted otherwise, and another process has the job. So does the loss of a connection that is not
/// opened again.
class LeaseKeeper {
 public:
  /// @param database connection of its own, which must outlive this object.
  /// @param control where signs of life go.
  LeaseKeeper(storage::Database& database, int control, const storage::Job& job, std::chrono::seconds lease);
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

 private:
  void keep(storage::Database& database, int control, const storage::Job& job, std::chrono::seconds lease);

  std::mutex mutex_;
  std::condition_variable finished_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace glisson::server
