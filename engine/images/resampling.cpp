#include "engine/images/resampling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "engine/errors.hpp"
#include "engine/images/spline_interpolation.hpp"
#include "engine/region.hpp"

namespace glisson::engine {
namespace {

constexpr double most_voxels = 4e8;

// The influence of a voxel on the spline's coefficients falls by 0.268 with each voxel of distance: after 24
// voxels it is 2e-14, so that the rest of the image need not be looked at.
constexpr int spline_margin = 24;

bool nearly_equal(const Vector3& a, const Vector3& b) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(a[axis] - b[axis]) > 1e-8 + 1e-5 * std::abs(b[axis])) return false;
  }
  return true;
}

// Where the new voxels lie on the axes of the old grid.
std::array<AxisSamples, 3> samples_of(const Grid& old_grid, const Grid& grid) {
  const Vector3 first = old_grid.index(grid.origin);
  std::array<AxisSamples, 3> samples;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    samples[axis] = {first[axis], grid.spacing[axis] / old_grid.spacing[axis], grid.size[axis]};
  }
  return samples;
}

// The old voxels that the samples need.
BoundingBox needed_part(const Grid& old_grid, const std::array<AxisSamples, 3>& samples) {
  BoundingBox part;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto& [first, step, count] = samples[axis];
    const double last = first + (count - 1) * step;
    part.lower[axis] = std::max(0, static_cast<int>(std::floor(first)) - spline_margin);
    part.upper[axis] = std::min(old_grid.size[axis] - 1, static_cast<int>(std::ceil(last)) + spline_margin);
  }
  return part;
}

}  // namespace

// In terms of the indices of the old grid.
Grid resampled_grid(const Grid& image, const BoundingBox& region, std::array<double, 3> spacing,
                    int pad_distance) {
  Grid grid = image;
  Vector3 first{};  // continuous old index of the first new voxel
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (region.extent(axis) == 1) spacing[axis] = image.spacing[axis];
    const double ratio = image.spacing[axis] / spacing[axis];
    const double last_of_image = std::ceil(image.size[axis] * ratio) - 1;
    const double lower = std::max(0.0, std::floor((region.lower[axis] - 0.5) * ratio - pad_distance));
    const double upper =
        std::min(last_of_image, std::ceil((region.upper[axis] + 0.5) * ratio + pad_distance));
    voxels *= upper - lower + 1;
    if (!(voxels <= most_voxels)) {
      throw RejectedInput(RejectionReason::too_much_memory,
                          "the resampled region has more than " + std::to_string(most_voxels) + " voxels");
    }
    grid.size[axis] = static_cast<int>(upper - lower + 1);
    grid.spacing[axis] = spacing[axis];
    first[axis] = 0.5 * (spacing[axis] - image.spacing[axis]) / image.spacing[axis] + lower / ratio;
  }
  if (nearly_equal(image.spacing, grid.spacing)) return image;
  grid.origin = image.position(first);
  return grid;
}

Volume resample(const Volume& volume, const Grid& grid) {
  if (grid == volume.grid) return volume;
  const auto samples = samples_of(volume.grid, grid);
  return {grid, interpolate_spline(volume, needed_part(volume.grid, samples), samples)};
}

Mask resample(const Mask& mask, const Grid& grid) {
  if (grid == mask.grid) return mask;
  return {grid, interpolate_nearest(mask, samples_of(mask.grid, grid))};
}

ResampledImage resample(const Volume& volume, const Mask& mask, const std::array<double, 3>& spacing,
                        int pad_distance) {
  if (volume.grid != mask.grid) throw std::logic_error("image and mask have different grids");
  const Grid grid = resampled_grid(volume.grid, bounding_box(mask), spacing, pad_distance);
  return {resample(volume, grid), resample(mask, grid)};
}

}  // namespace glisson::engine
