#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace glisson::engine {

/// A point or vector in the patient coordinate system: x to the patient's left, y to the back, z to the head
/// (LPS), in mm (PS3.3 C.7.6.2.1.1).
using Vector3 = std::array<double, 3>;

/// A regular grid of voxels. Index axes are x (along a row of the image, fastest in memory), y (down the
/// columns) and z (along the slice normal, ascending); the three directions are orthonormal and right-handed.
struct Grid {
  std::array<int, 3> size{};  ///< Voxels along x, y, z.
  Vector3 spacing{1, 1, 1};   ///< Distance of voxel centres in mm.
  Vector3 origin{};           ///< Centre of voxel (0, 0, 0), LPS mm.
  std::array<Vector3, 3> direction{
      {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};  ///< Unit vector of each index axis, LPS.

  std::size_t voxel_count() const {
    return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) *
           static_cast<std::size_t>(size[2]);
  }
  double voxel_volume() const { return spacing[0] * spacing[1] * spacing[2]; }  ///< mm^3

  /// Offset of voxel (x, y, z) in a volume's values.
  std::size_t offset(int x, int y, int z) const {
    return (static_cast<std::size_t>(z) * static_cast<std::size_t>(size[1]) + static_cast<std::size_t>(y)) *
               static_cast<std::size_t>(size[0]) +
           static_cast<std::size_t>(x);
  }

  /// Patient coordinates (LPS mm) of a continuous voxel index; integers are voxel centres.
  Vector3 position(const Vector3& index) const;
  /// Continuous voxel index of a point in patient coordinates; the inverse of position().
  Vector3 index(const Vector3& position) const;

  bool operator==(const Grid&) const = default;
};

/// An image volume: one float per voxel, after rescale (HU for CT), x fastest, then y, then z.
struct Volume {
  Grid grid;
  std::vector<float> values;  ///< grid.voxel_count() values.
};

/// A binary region on a grid: 1 inside, 0 outside, ordered as Volume::values.
struct Mask {
  Grid grid;
  std::vector<std::uint8_t> voxels;  ///< grid.voxel_count() values, 0 or 1.

  std::size_t count() const;  ///< Number of voxels inside.
};

}  // namespace glisson::engine
