#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "storage/job_queue.hpp"

namespace glisson::server {

/// Renews a job's lease from a thread and connection of its own for as long as this object lives. A lease
/// that is lost ends the process at once: computation cannot be interrupted otherwise, and another process
/// has the job.
class LeaseKeeper {
 public:
  LeaseKeeper(std::string database_url, const storage::Job& job, std::chrono::seconds lease);
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

 private:
  void keep(const std::string& database_url, const storage::Job& job, std::chrono::seconds lease);

  std::mutex mutex_;
  std::condition_variable finished_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace glisson::server
