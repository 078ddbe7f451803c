#include "engine/region_groups.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/errors.hpp"
#include "engine/side_by_side.hpp"

namespace glisson::engine {

std::vector<RegionGroup> group_regions(const Grid& grid, std::span<const Mask* const> masks, bool any_box,
                                       std::vector<RegionFeatures>& results) {
  std::vector<RegionGroup> groups;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (masks[i]->grid != grid) throw std::logic_error("image and mask have different grids");
    try {
      const BoundingBox box = bounding_box(*masks[i]);
      const auto found =
          std::ranges::find_if(groups, [&](const RegionGroup& group) { return any_box || group.box == box; });
      if (found == groups.end()) {
        groups.push_back({box, {i}});
      } else {
        found->members.push_back(i);
      }
    } catch (const RejectedInput&) {
      results[i].fault = std::current_exception();
    }
  }
  return groups;
}

FeatureVector features_or_fault(RegionFeatures&& result) {
  rethrow(result.fault);
  return std::move(result.features);
}

}  // namespace glisson::engine
