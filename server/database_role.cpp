#include "server/roles.hpp"
#include "storage/cluster.hpp"

namespace glisson::server {

std::string database_url(const config::Settings& settings) {
  return settings.database_url.empty() ? storage::cluster_url(settings.data) : settings.database_url;
}

void run_database_role(const config::Settings& settings) { storage::run_postmaster(settings.data); }

}  // namespace glisson::server
