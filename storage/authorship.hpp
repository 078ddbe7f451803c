#pragma once

#include "storage/changes.hpp"
#include "storage/connection.hpp"

// Internal to storage/.

namespace glisson::storage {

/// Tells the transaction who changes things in it, for the triggers that keep changes.
void set_author(Transaction& transaction, const Author& author);

}  // namespace glisson::storage
