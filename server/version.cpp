#include "server/version.hpp"

namespace glisson::server {

std::string version() { return GLISSON_VERSION; }

}  // namespace glisson::server
