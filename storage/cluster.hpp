#pragma once

#include <filesystem>
#include <string>

namespace glisson::storage {

/// The private PostgreSQL cluster of one data folder: Unix socket only, peer authentication, database and
/// role "glisson". Runs as the calling user, who must not be root.
struct ClusterPaths {
  std::filesystem::path data;    ///< PGDATA: <data folder>/postgresql.
  std::filesystem::path socket;  ///< Socket folder: <data folder>/run; where that path is too long for a Unix
                                 ///< socket (107 bytes) or cannot stand in a connection string, a folder in
                                 ///< /run/glisson or /tmp that is named by the data folder.
};

ClusterPaths cluster_paths(const std::filesystem::path& data_folder);

/// Connection string of the private cluster.
std::string cluster_url(const std::filesystem::path& data_folder);

/// Prepares the cluster and replaces the calling process by the postmaster, in a session of its own and with
/// no file descriptor of the caller. It ends with SIGINT (fast shutdown) when the process that started it
/// dies (the thread that forked, to be exact); to stop it in order, send it SIGINT. Its messages, which hold
/// no statement and no data, go to <data folder>/postgresql.log.
///
/// Preparing means: initdb at the first start (complete or not at all), settings, and the end of what a
/// killed postmaster left behind (stale postmaster.pid, orphaned postmaster and backends). The postmaster and
/// its backends hold a lock on <data folder>/postgresql.lock together, so that two clusters never run on one
/// folder.
/// @throws RejectedInput unsuitable_host when called as root, when the data folder belongs to another
///         PostgreSQL version or cannot be entered, or when PostgreSQL is not installed; TransientError when
///         a left-over or foreign postmaster does not end within 30 seconds.
[[noreturn]] void run_postmaster(const std::filesystem::path& data_folder);

}  // namespace glisson::storage
