#include "engine/volume.hpp"

#include <numeric>

namespace glisson::engine {

Vector3 Grid::position(const Vector3& index) const {
  Vector3 point = origin;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t i = 0; i < 3; ++i) point[i] += index[axis] * spacing[axis] * direction[axis][i];
  }
  return point;
}

Vector3 Grid::index(const Vector3& position) const {
  Vector3 result{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double along = 0;
    for (std::size_t i = 0; i < 3; ++i) along += (position[i] - origin[i]) * direction[axis][i];
    result[axis] = along / spacing[axis];
  }
  return result;
}

std::size_t Mask::count() const { return std::accumulate(voxels.begin(), voxels.end(), std::size_t{0}); }

}  // namespace glisson::engine
