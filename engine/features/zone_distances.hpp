#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

/// Steps from each voxel inside to the nearest voxel outside, from voxel to face-adjacent voxel: 1 at the
/// border, 0 outside. Everything beyond the box is outside.
/// @param inside 1 inside, 0 outside; x fastest.
/// @param in_plane only steps along x and y count.
/// @return in the layout of GreyLevelRegion::levels of a region of `size`.
std::vector<int> border_distances(std::span<const std::uint8_t> inside, const std::array<int, 3>& size,
                                  bool in_plane);

/// The grey level distance zone matrix (Thibault et al. 2014; arXiv:1612.07003, 3.9): P(i, j) is the number
/// of zones (26-connected voxels of one grey level) of grey level i whose voxel nearest to the border has
/// distance j.
/// @param distances of the region's voxels, laid out as `region.levels`.
std::vector<GreyLevelExtent> distance_zone_matrix(const GreyLevelRegion& region,
                                                  const std::vector<int>& distances);

}  // namespace glisson::engine
