#pragma once

#include <filesystem>
#include <string>

namespace glisson::storage {

/// The private PostgreSQL cluster of one data folder: Unix socket only, peer authentication, database and
/// role "glisson". Runs as the calling user, who must not be root.
struct ClusterPaths {
  std::filesystem::path data;    ///< PGDATA: <data folder>/postgresql.
  std::filesystem::path socket;  ///< Socket folder: <data folder>/run, or a folder in the runtime directory
                                 ///< where that path is longer than 107 bytes allow.
};

ClusterPaths cluster_paths(const std::filesystem::path& data_folder);

/// Connection string of the private cluster.
std::string cluster_url(const std::filesystem::path& data_folder);

/// Prepares the cluster (initdb at first start, settings, removal of what a killed postmaster left: stale
/// postmaster.pid, orphaned backends) and replaces the calling process by the postmaster, which ends with
/// SIGINT (fast shutdown) when the parent dies. Does not return.
/// @throws RejectedInput invalid_settings when the data folder belongs to another PostgreSQL version or
/// cannot be
///         entered; TransientError when a left-over postmaster does not end.
[[noreturn]] void run_postmaster(const std::filesystem::path& data_folder);

}  // namespace glisson::storage
