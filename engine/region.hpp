#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/volume.hpp"

namespace glisson::engine {

/// A region of an image, cropped to its bounding box.
struct Region {
  Grid grid;                         ///< Of the bounding box.
  std::vector<std::uint8_t> inside;  ///< 1 inside, 0 outside; grid.voxel_count() values, x fastest.
  std::vector<float> intensities;    ///< Of the voxels inside only, in the order of `inside`.
};

/// The smallest and largest index of the voxels inside along each axis, both inclusive.
struct BoundingBox {
  std::array<int, 3> lower{};
  std::array<int, 3> upper{};
  int extent(std::size_t axis) const { return upper[axis] - lower[axis] + 1; }
  bool operator==(const BoundingBox&) const = default;
};

/// @throws RejectedInput empty_region when no voxel is inside.
BoundingBox bounding_box(const Mask& mask);

/// The part of an image or a mask in a box.
Volume crop_to_box(const Volume& volume, const BoundingBox& box);
Mask crop_to_box(const Mask& mask, const BoundingBox& box);

/// The smallest box that holds both.
BoundingBox union_of(const BoundingBox& a, const BoundingBox& b);
/// The box in the indices of a crop to another.
BoundingBox relative_to(const BoundingBox& box, const BoundingBox& crop);

/// Crops image and mask to the region.
/// @throws RejectedInput empty_region when no voxel is inside, intensities_not_finite when an intensity
/// inside
///         is not finite.
/// @throws std::logic_error when the grids of volume and mask differ.
Region crop_to_region(const Volume& volume, const Mask& mask);

}  // namespace glisson::engine
