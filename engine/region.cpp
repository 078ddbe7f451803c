#include "engine/region.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "engine/errors.hpp"

namespace glisson::engine {

namespace {

Grid grid_of_box(const Grid& grid, const BoundingBox& box) {
  Grid part = grid;
  part.size = {box.extent(0), box.extent(1), box.extent(2)};
  part.origin = grid.position({static_cast<double>(box.lower[0]), static_cast<double>(box.lower[1]),
                               static_cast<double>(box.lower[2])});
  return part;
}

template <typename Value>
std::vector<Value> values_in_box(const std::vector<Value>& values, const Grid& grid, const BoundingBox& box) {
  std::vector<Value> part;
  part.reserve(grid_of_box(grid, box).voxel_count());
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
      const auto row = values.begin() + static_cast<std::ptrdiff_t>(grid.offset(box.lower[0], y, z));
      part.insert(part.end(), row, row + box.extent(0));
    }
  }
  return part;
}

}  // namespace

BoundingBox bounding_box(const Mask& mask) {
  const auto& size = mask.grid.size;
  BoundingBox box{size, {-1, -1, -1}};
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      const std::uint8_t* row = mask.voxels.data() + mask.grid.offset(0, y, z);
      const std::uint8_t* end = row + size[0];
      // Most rows of an image hold no voxel of a region: memchr passes over them 32 and more voxels at a
      // time.
      const auto* first =
          static_cast<const std::uint8_t*>(std::memchr(row, 1, static_cast<std::size_t>(size[0])));
      if (first == nullptr) continue;
      const auto last =
          std::find(std::make_reverse_iterator(end), std::make_reverse_iterator(row), std::uint8_t{1});
      const int left = static_cast<int>(first - row);
      const int right = static_cast<int>(last.base() - row) - 1;
      box.lower = {std::min(box.lower[0], left), std::min(box.lower[1], y), std::min(box.lower[2], z)};
      box.upper = {std::max(box.upper[0], right), std::max(box.upper[1], y), std::max(box.upper[2], z)};
    }
  }
  if (box.upper[0] < 0) throw RejectedInput(RejectionReason::empty_region, "no voxel of the image is inside");
  return box;
}

Volume crop_to_box(const Volume& volume, const BoundingBox& box) {
  return {grid_of_box(volume.grid, box), values_in_box(volume.values, volume.grid, box)};
}

Mask crop_to_box(const Mask& mask, const BoundingBox& box) {
  return {grid_of_box(mask.grid, box), values_in_box(mask.voxels, mask.grid, box)};
}

BoundingBox union_of(const BoundingBox& a, const BoundingBox& b) {
  BoundingBox box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.lower[axis] = std::min(a.lower[axis], b.lower[axis]);
    box.upper[axis] = std::max(a.upper[axis], b.upper[axis]);
  }
  return box;
}

BoundingBox relative_to(const BoundingBox& box, const BoundingBox& crop) {
  BoundingBox inner = box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    inner.lower[axis] -= crop.lower[axis];
    inner.upper[axis] -= crop.lower[axis];
  }
  return inner;
}

Region crop_to_region(const Volume& volume, const Mask& mask) {
  if (volume.grid != mask.grid) throw std::logic_error("image and mask have different grids");
  if (volume.values.size() != volume.grid.voxel_count() || mask.voxels.size() != mask.grid.voxel_count()) {
    throw std::logic_error("image or mask does not fill its grid");
  }
  const BoundingBox box = bounding_box(mask);
  Region region;
  region.grid = grid_of_box(volume.grid, box);
  region.inside.reserve(region.grid.voxel_count());
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
      const std::size_t row = volume.grid.offset(box.lower[0], y, z);
      for (std::size_t i = row; i < row + static_cast<std::size_t>(box.extent(0)); ++i) {
        region.inside.push_back(mask.voxels[i]);
        if (mask.voxels[i] == 0) continue;
        if (!std::isfinite(volume.values[i])) {
          throw RejectedInput(RejectionReason::intensities_not_finite,
                              "an intensity of the region is not finite");
        }
        region.intensities.push_back(volume.values[i]);
      }
    }
  }
  return region;
}

}  // namespace glisson::engine
