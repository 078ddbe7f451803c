#pragma once

#include <string>

#include "storage/database.hpp"

namespace glisson::server {

/// Prometheus' text format 0.0.4.
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The service's figures for Prometheus, without patient data.
/// @param database null while it does not answer: then only that is told.
std::string metrics_text(storage::Database* database);

}  // namespace glisson::server
