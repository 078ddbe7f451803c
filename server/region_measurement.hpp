#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/extraction_protocol.hpp"
#include "engine/feature.hpp"
#include "engine/geometry/derived_regions.hpp"
#include "engine/geometry/lesion_size.hpp"
#include "engine/segment_mask.hpp"
#include "server/segment_selection.hpp"

namespace glisson::server {

/// The segments of one segmentation that regions derive from. They must outlive it.
struct SegmentedLiver {
  std::vector<const engine::SegmentMask*> lesions;
  std::vector<const engine::SegmentMask*> liver;
  std::vector<const engine::SegmentMask*> vessels;
};

SegmentedLiver segmented_liver(std::span<const engine::SegmentMask> segments,
                               const SegmentSelection& selection);

/// What was computed of one region.
struct MeasuredRegion {
  const engine::SegmentMask* segment =
      nullptr;  ///< It, or the lesion that it derives from; null: all lesions.
  std::optional<engine::RegionDerivation> derivation;  ///< None: the segment itself.
  engine::LesionSize size;                             ///< Of 0 voxels where the region is empty.
  engine::FeatureVector features;  ///< Names of a derived region's begin with engine::region_name().
  std::string reason;              ///< Keyword of why there are no features, else empty.
  std::string detail;              ///< The reason as a sentence.
  std::string_view remedy;         ///< What to do about it; empty where nothing is at fault.

  int segment_number() const { return segment == nullptr ? 0 : segment->segment_number; }
};

/// Measures segments by a protocol and then the protocol's derived regions: those of each lesion for the
/// lesions among the segments, and those of all lesions. A region that cannot be measured stands in the
/// result with its reason: those of all lesions where not all are among the segments (not_all_lesions), every
/// derived one where no lesion is segmented (no_lesion).
/// @param image on the grid of all masks.
/// @param padding 1 for voxels of the image that stand for no measurement; empty where there are none. A
/// region
///        that holds one is not measured (padded_region): its features would be those of the padding, and
///        without it they would be those of another region.
/// @param memory_budget bytes that the regions which are measured side by side may need, by estimate
///        (engine/memory_estimate.hpp); a region that needs more by itself is refused.
/// @return the segments in the order given, then the derived regions lesion by lesion, then those of all
/// lesions.
std::vector<MeasuredRegion> measure_regions(const engine::Volume& image,
                                            std::span<const std::uint8_t> padding,
                                            std::span<const engine::SegmentMask* const> segments,
                                            const SegmentedLiver& liver,
                                            const engine::ExtractionProtocol& protocol,
                                            std::uint64_t memory_budget);

}  // namespace glisson::server
