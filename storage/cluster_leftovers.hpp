#pragma once

#include <filesystem>

namespace glisson::storage {

/// Waits for the end of, or ends, every process that still works on a cluster, then removes its
/// lock files, which a recycled process id or a zombie would make count: a postmaster whose service died gets
/// SIGINT (fast shutdown), after 5 seconds SIGQUIT and after 15 SIGKILL, backends whose postmaster was killed
/// get SIGQUIT and then SIGKILL (crash recovery follows in any case). A postmaster of a live service is left
/// alone.
/// @param data PGDATA; may be absent.
/// @param socket folder of the socket, which belongs to this cluster alone.
/// @param lock_file held by all processes of a cluster, which inherit it.
/// @return descriptor that holds the lock.
/// @throws TransientError when the cluster is not free after 30 seconds.
int take_over_cluster(const std::filesystem::path& data, const std::filesystem::path& socket,
                      const std::filesystem::path& lock_file);

}  // namespace glisson::storage
