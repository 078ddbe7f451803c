#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

// Figures of the service as a whole, without patient data: for the overview, /metrics and `glisson status`.

/// Jobs of one kind in one state.
struct QueueLength {
  std::string kind;
  std::string state;
  std::uint64_t jobs = 0;
  double oldest = 0;  ///< Seconds since the oldest of them was made.
};
/// Of every kind and state but `done`, also where there is none.
std::vector<QueueLength> queue_lengths(Database& database);

}  // namespace glisson::storage
