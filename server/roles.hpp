#pragma once

#include <optional>
#include <string>

#include "config/settings.hpp"
#include "server/process_end.hpp"

namespace glisson::server {

// What the supervisor's children do. Each returns its exit code once the control socket is closed and the
// work in hand is finished.

/// Serves associations that the supervisor hands over, one at a time (transaction 1).
int run_association_role(const config::Settings& settings, int control);
/// Shakes hands with what arrives at the TLS port, and relays what it decrypts (DICOM PS3.15 B.12).
int run_tls_role(const config::Settings& settings, int control);
/// Claims `analyse` and `compare` jobs, one at a time (transactions 2 and 3).
/// Confined (ADR 6): it opens no file for writing and no new socket.
int run_analysis_role(const config::Settings& settings, int control,
                      const std::optional<ProcessEnd>& predecessor);
/// Claims `deliver` jobs and sends their reports (transaction 4).
int run_delivery_role(const config::Settings& settings, int control,
                      const std::optional<ProcessEnd>& predecessor);
/// Returns jobs whose lease ran out and reconciles the instance store with the index.
int run_upkeep_role(const config::Settings& settings, int control);
/// Serves health, metrics and the web pages.
int run_web_role(const config::Settings& settings, int control);
/// Becomes the postmaster of the private cluster.
[[noreturn]] void run_database_role(const config::Settings& settings);

/// The database of these settings: the URL that is set, or the private cluster's.
std::string database_url(const config::Settings& settings);

}  // namespace glisson::server
