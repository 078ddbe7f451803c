#pragma once

#include <filesystem>
#include <string>

namespace glisson::storage {

/// Name of the user that runs this process.
/// @throws RejectedInput unsuitable_host when there is no passwd entry, which peer authentication needs.
std::string user_name();

/// The folder of PostgreSQL's server programs: version 15 of Debian 12, else the newest, else in PATH.
/// @throws RejectedInput unsuitable_host when there is none.
std::filesystem::path server_programs();

/// Creates the cluster where there is none (complete or not at all, with role and database "glisson"), and
/// writes its settings and who may connect.
/// @param data PGDATA.
/// @param log descriptor that takes the output of initdb.
/// @throws RejectedInput unsuitable_host when the cluster belongs to another version of PostgreSQL;
///         TransientError when it cannot be created.
void set_up_cluster(const std::filesystem::path& binaries, const std::filesystem::path& data, int log);

}  // namespace glisson::storage
