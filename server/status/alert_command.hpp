#pragma once

#include <string>

#include "storage/alerts.hpp"

namespace glisson::server {

/// The command that somebody who sees this alert gives next.
std::string next_command(const storage::AlertView& alert);

}  // namespace glisson::server
