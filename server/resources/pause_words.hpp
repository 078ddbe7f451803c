#pragma once

#include <string>

#include "storage/pauses.hpp"

namespace glisson::server {

/// "receiving", "analysing" or "delivering".
std::string gerund(storage::Activity activity);

/// A pause as a sentence without its full stop: what, by whom, since when, why.
std::string sentence(const storage::Pause& pause);

}  // namespace glisson::server
