#pragma once

#include "config/settings.hpp"

namespace glisson::server {

/// Proves that a service can work with these settings: the protocols that they name, the models, and the
/// certificate, key and trusted certificates of the TLS port, which this user must be able to read.
/// @throws RejectedInput what is wrong, with file and line where there is one.
void check_settings(const config::Settings& settings);

}  // namespace glisson::server
