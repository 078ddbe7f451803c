#pragma once

#include "config/settings.hpp"
#include "server/stop_watch.hpp"

namespace glisson::server {

/// What upkeep does for the audit trail, until the process is to stop: notes the start and the orderly stop
/// of the service on this host, writes the messages of events (DICOM PS3.15 A.5), sends them to the collector
/// where there is one, raises an alert while it takes nothing, and forgets what is old enough.
void keep_audit_trail(const config::Settings& settings, const StopWatch& stop);

}  // namespace glisson::server
