#include "tests/support/small_region.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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
