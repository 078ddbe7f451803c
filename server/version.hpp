#pragma once

#include <string>

namespace glisson::server {

/// Version of this software, e.g. "0.1.0".
std::string version();

}  // namespace glisson::server
