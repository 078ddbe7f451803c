#pragma once

#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/ibsi_settings.hpp"
#include "engine/region.hpp"

namespace glisson::engine {

/// The grey level, 1 or more, of each of `region.intensities`.
/// @param range sets where levels of fixed width begin.
/// @throws RejectedInput too_much_memory when the highest level exceeds a million.
std::vector<int> grey_levels_of(const Region& region, const IbsiDiscretisation& discretisation,
                                const std::optional<IntensityRange>& range);

/// A discretised region as a whole and by slice. Every level that occurs anywhere has a row in the matrices
/// of all of them, so that they can be merged.
struct IbsiGreyLevels {
  GreyLevelRegion volume;
  std::vector<GreyLevelRegion> slices;  ///< Those that hold voxels, ascending along z; one voxel thick.
  std::vector<int> slice_of;            ///< z of each slice in the region's bounding box.
};

/// @param levels of `region.intensities`, as grey_levels_of() gives them.
/// @throws RejectedInput too_much_memory when more than 1024 levels occur.
IbsiGreyLevels arrange(const Region& region, const std::vector<int>& levels);

}  // namespace glisson::engine
