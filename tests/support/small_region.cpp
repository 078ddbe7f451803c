#include "tests/support/small_region.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace glisson::tests {

ImageAndMask image_of(const std::array<int, 3>& size, const std::vector<float>& intensities,
                      const std::vector<std::uint8_t>& inside, const engine::Vector3& spacing) {
  ImageAndMask image;
  image.volume.grid.size = size;
  image.volume.grid.spacing = spacing;
  image.volume.values = intensities;
  image.mask.grid = image.volume.grid;
  image.mask.voxels = inside;
  return image;
}

ImageAndMask image_of(const std::array<int, 3>& size, const std::vector<float>& intensities) {
  return image_of(size, intensities, std::vector<std::uint8_t>(intensities.size(), 1));
}

ImageAndMask random_image(const std::array<int, 3>& size, int levels, double filled, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> level(0, levels - 1);
  std::bernoulli_distribution is_inside(filled);
  const auto voxels = engine::Grid{size}.voxel_count();
  std::vector<float> intensities(voxels);
  std::vector<std::uint8_t> inside(voxels);
  for (std::size_t i = 0; i < voxels; ++i) {
    intensities[i] = static_cast<float>(level(generator));
    inside[i] = is_inside(generator) ? 1 : 0;
  }
  return image_of(size, intensities, inside);
}

ImageAndMask textured_ellipsoid() {
  auto image = random_image({20, 18, 14}, 150, 1.0, 11);
  for (int z = 0; z < 14; ++z) {
    for (int y = 0; y < 18; ++y) {
      for (int x = 0; x < 20; ++x) {
        const bool inside = std::hypot((x - 9.3) / 7.9, (y - 8.2) / 6.1, (z - 6.7) / 4.3) <= 1;
        image.mask.voxels[image.mask.grid.offset(x, y, z)] = inside ? 1 : 0;
      }
    }
  }
  image.volume.grid.spacing = {0.8, 0.8, 2.5};
  image.mask.grid = image.volume.grid;
  return image;
}

ImageAndMask rearranged(const ImageAndMask& image, const engine::Grid& grid,
                        const std::function<std::array<int, 3>(int, int, int)>& source) {
  ImageAndMask result;
  result.volume.grid = grid;
  result.mask.grid = grid;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        const auto [u, v, w] = source(x, y, z);
        const std::size_t offset = image.volume.grid.offset(u, v, w);
        result.volume.values.push_back(image.volume.values[offset]);
        result.mask.voxels.push_back(image.mask.voxels[offset]);
      }
    }
  }
  return result;
}

engine::GreyLevelRegion grey_levels(const ImageAndMask& image) {
  return engine::discretise(engine::crop_to_region(image.volume, image.mask), 1);
}

double value_of(const engine::FeatureValues& features, std::string_view name) {
  const auto feature = std::find_if(features.begin(), features.end(),
                                    [name](const engine::FeatureValue& f) { return f.name == name; });
  if (feature == features.end() || !feature->value) {
    ADD_FAILURE() << name << " has no value";
    return std::numeric_limits<double>::quiet_NaN();
  }
  return *feature->value;
}

}  // namespace glisson::tests
