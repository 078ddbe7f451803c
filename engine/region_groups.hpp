#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/extraction.hpp"
#include "engine/region.hpp"

namespace glisson::engine {

/// Regions of one image that are measured together, by their places in a list of masks.
struct RegionGroup {
  BoundingBox box;  ///< Of the first of them.
  std::vector<std::size_t> members;
};

/// Groups regions by their bounding boxes, on which interpolation and filters depend. An empty region is in
/// no group.
/// @param any_box true: boxes do not matter, and there is one group.
/// @param results as many as masks; those of empty regions get their fault.
/// @throws std::logic_error when a mask is not on `grid`.
std::vector<RegionGroup> group_regions(const Grid& grid, std::span<const Mask* const> masks, bool any_box,
                                       std::vector<RegionFeatures>& results);

/// The features, where there is no fault.
/// @throws the fault.
FeatureVector features_or_fault(RegionFeatures&& result);

}  // namespace glisson::engine
