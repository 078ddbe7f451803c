#pragma once

#include <chrono>
#include <string>

namespace glisson::server {

/// One run of the service on this host: its supervisor, with all processes that it starts and starts again.
struct ServiceRun {
  std::string id;  ///< Random: tells this run from every other one of any host.
  std::chrono::system_clock::time_point started_at;
};

/// Called by the supervisor before it starts a process: the run goes on to them in the environment. /proc
/// could not tell: systemd hides what it says of the boot from a confined service (ProcSubset=).
void begin_service_run();

/// The run that this process belongs to.
/// @throws std::logic_error in a process that no supervisor started.
ServiceRun service_run();

}  // namespace glisson::server
