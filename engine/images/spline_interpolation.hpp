#pragma once

#include <array>

#include "engine/region.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// Where the samples of a new grid lie on an axis of an old one: sample n at old index first + n * step.
struct AxisSamples {
  double first = 0;
  double step = 1;
  int count = 0;
};

/// Interpolates a part of a volume by the cubic B-spline through its voxels (Unser, "Splines: a perfect fit
/// for signal and image processing", 1999), which beyond the part goes on as its mirror image. Samples more
/// than half a voxel outside the part are 0. Computed in double precision, axis by axis.
/// @param part of the volume that takes part.
/// @return values at the samples, x fastest.
std::vector<float> interpolate_spline(const Volume& volume, const BoundingBox& part,
                                      const std::array<AxisSamples, 3>& samples);

/// The voxel nearest to each sample; half way, the one of the higher index. Samples more than half a voxel
/// outside the mask are 0.
std::vector<std::uint8_t> interpolate_nearest(const Mask& mask, const std::array<AxisSamples, 3>& samples);

}  // namespace glisson::engine
