#pragma once

#include <functional>

#include "config/settings.hpp"
#include "server/stop_watch.hpp"

namespace glisson::server {

/// Looks at disks and queue every second until the process is to stop, and keeps the state of this node in
/// the database: association processes read there whether to receive, and readiness() whether the node is
/// ready. What is short is an alert until it is no longer.
/// @param control where the supervisor is told that this process is alive, and who may store.
/// @param others_go_on whether the other threads of the process do: else it is not alive.
void watch_resources(const config::Settings& settings, int control, const StopWatch& stop,
                     const std::function<bool()>& others_go_on);

}  // namespace glisson::server
