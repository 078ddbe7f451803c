#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"
#include "engine/region.hpp"
#include "engine/volume.hpp"

namespace glisson::tests {

/// An image with its region.
struct ImageAndMask {
  engine::Volume volume;
  engine::Mask mask;
};

/// An image of the given intensities, x fastest, whose region is where `inside` is 1.
ImageAndMask image_of(const std::array<int, 3>& size, const std::vector<float>& intensities,
                      const std::vector<std::uint8_t>& inside, const engine::Vector3& spacing = {1, 1, 1});

/// An image that is entirely inside.
ImageAndMask image_of(const std::array<int, 3>& size, const std::vector<float>& intensities);

/// Whole numbers from 0 to `levels` - 1 in a box of which about `filled` (0 to 1) is inside: regions with
/// holes, gaps and isolated voxels. The same seed gives the same image.
ImageAndMask random_image(const std::array<int, 3>& size, int levels, double filled, unsigned seed);

/// An ellipsoid with texture of 150 intensities, off the centre of the image, on anisotropic voxels.
ImageAndMask textured_ellipsoid();

/// The image on a new grid whose voxel (x, y, z) shows voxel source(x, y, z) of the old one.
ImageAndMask rearranged(const ImageAndMask& image, const engine::Grid& grid,
                        const std::function<std::array<int, 3>(int, int, int)>& source);

/// Grey levels of width 1: an intensity of k is level k - minimum + 1.
engine::GreyLevelRegion grey_levels(const ImageAndMask& image);

/// The value of a feature; fails the test when it is undefined or absent.
double value_of(const engine::FeatureValues& features, std::string_view name);

}  // namespace glisson::tests
