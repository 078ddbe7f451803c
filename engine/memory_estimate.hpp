#pragma once

#include <cstdint>
#include <span>

#include "engine/extraction_protocol.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// Bytes that extract_features() may need beside image and mask: an upper bound, from the grid that the
/// region gets, its filters and its families. Nothing is allocated for it.
/// @throws RejectedInput empty_region when no voxel is inside.
double estimated_memory(const Mask& mask, const ExtractionProtocol& protocol);
/// The same for regions that are measured together.
double estimated_memory(std::span<const Mask* const> masks, const ExtractionProtocol& protocol);

/// @param budget in bytes.
/// @throws RejectedInput too_much_memory when the estimate exceeds the budget, with both; empty_region as
/// above.
void require_memory(const Mask& mask, const ExtractionProtocol& protocol, std::uint64_t budget);

}  // namespace glisson::engine
