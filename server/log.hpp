#pragma once

#include <string>
#include <string_view>

namespace glisson::server::log {

/// Starts logging to standard error. Lines bear the process' role and id, and never patient data: neither
/// names, dates and ids of patients nor the UIDs of their studies.
/// @param level "debug", "info", "warning" or "error".
void start(std::string_view role, std::string_view level);

void debug(const std::string& message);
void info(const std::string& message);
void warning(const std::string& message);
void error(const std::string& message);

}  // namespace glisson::server::log
