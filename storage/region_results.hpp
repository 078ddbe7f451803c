#pragma once

#include <cstdint>

#include "storage/results.hpp"

// Internal to storage/.

namespace glisson::storage {

class Transaction;

/// Writes one region of an analysis and its feature vector.
void store_region(Transaction& transaction, std::int64_t analysis_id, const AnalysisResult& result,
                  const RegionResult& region);

}  // namespace glisson::storage
