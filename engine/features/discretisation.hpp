#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/region.hpp"

namespace glisson::engine {

/// The grey levels of a region, in its bounding box with a margin of one voxel that is outside, so that every
/// voxel of the region has all 26 neighbours in memory.
struct GreyLevelRegion {
  std::array<int, 3> size{};               ///< Of the bounding box, without the margin.
  std::array<std::ptrdiff_t, 3> stride{};  ///< Steps along x, y, z in `levels`.
  std::vector<std::uint16_t> levels;       ///< 0 outside, else 1 + index into `grey_levels`; x fastest.
  std::vector<int> grey_levels;     ///< Those that occur, ascending, counted from 1 as PyRadiomics does.
  std::vector<std::size_t> voxels;  ///< Number of voxels of each of `grey_levels`.
  std::size_t voxel_count = 0;

  /// Position of voxel (x, y, z) of the bounding box in `levels`.
  std::size_t offset(int x, int y, int z) const {
    return static_cast<std::size_t>((x + 1) * stride[0] + (y + 1) * stride[1] + (z + 1) * stride[2]);
  }
  /// Ng: the highest grey level.
  int highest_level() const { return grey_levels.back(); }

  /// Calls visit(offset into levels) for every voxel inside, in memory order.
  template <typename Visit>
  void for_each_voxel(Visit visit) const {
    for (int z = 0; z < size[2]; ++z) {
      for (int y = 0; y < size[1]; ++y) {
        const std::size_t row = offset(0, y, z);
        for (std::size_t i = row; i < row + static_cast<std::size_t>(size[0]); ++i) {
          if (levels[i] != 0) visit(i);
        }
      }
    }
  }
};

/// A row of a region from its first voxel inside to its last.
struct RowSpan {
  std::size_t begin = 0;  ///< Offset of the first in GreyLevelRegion::levels.
  std::size_t count = 0;
  int z = 0;  ///< Slice of the bounding box.
};

/// The rows that hold voxels inside, in memory order.
std::vector<RowSpan> rows_inside(const GreyLevelRegion& region);

/// Textures are computed of so many grey levels at most: beyond, co-occurrence matrices and their marginals
/// exceed what a job may take; no published protocol comes near.
constexpr std::size_t most_texture_levels = 1024;

/// Direction between neighbours, in voxels along x, y, z.
using Direction = std::array<int, 3>;

/// The 13 directions of 3D space at Chebyshev distance 1 (one of each opposite pair) that fit into a box of
/// `size`: along an axis of size 1 no voxel has a neighbour.
std::vector<Direction> directions(const std::array<int, 3>& size);

/// Offsets of the 26 neighbours of a voxel in GreyLevelRegion::levels.
std::array<std::ptrdiff_t, 26> neighbour_offsets(const GreyLevelRegion& region);

/// Grey levels of fixed width, whose edges are multiples of it (PyRadiomics, binWidth):
///   level(x) = floor(x / w) - floor(min(X) / w) + 1
/// with half-open bins, so that an intensity on an edge belongs to the bin above.
/// @param bin_width w, in units of the intensities; greater than 0.
/// @throws RejectedInput too_many_grey_levels when more than 65,534 occur, or the highest exceeds a million.
GreyLevelRegion discretise(const Region& region, double bin_width);

/// The same of other intensities of the voxels inside, in double precision.
/// @param intensities as many as region.intensities, which are not looked at.
GreyLevelRegion discretise(const Region& region, std::span<const double> intensities, double bin_width);

/// A fixed number of grey levels (PyRadiomics, binCount): bins of equal width from the lowest intensity to
/// the highest, edges rounded to the precision of the intensities as numpy does, half-open but for the last;
/// where all intensities are equal, from 0.5 below to 0.5 above.
/// @param bin_count from 1 to 65,534.
GreyLevelRegion discretise_by_count(const Region& region, int bin_count);
GreyLevelRegion discretise_by_count(const Region& region, std::span<const double> intensities, int bin_count);

}  // namespace glisson::engine
