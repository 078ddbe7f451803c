#include "engine/images/region_in_image.hpp"

#include <algorithm>

namespace glisson::engine {

RegionInImage::RegionInImage(const Volume& volume, const Mask& mask)
    : box_(bounding_box(mask)), region_(crop_to_region(volume, mask)) {
  std::size_t first = 0;
  const auto width = static_cast<std::ptrdiff_t>(box_.extent(0));
  for (auto row = region_.inside.begin(); row != region_.inside.end(); row += width) {
    first_of_row_.push_back(first);
    first += static_cast<std::size_t>(std::count(row, row + width, 1));
  }
}

void RegionInImage::gather(int y, int z, const float* row, std::vector<float>& intensities) const {
  if (y < box_.lower[1] || y > box_.upper[1] || z < box_.lower[2] || z > box_.upper[2]) return;
  const auto index = static_cast<std::size_t>((z - box_.lower[2]) * box_.extent(1) + y - box_.lower[1]);
  const auto width = static_cast<std::size_t>(box_.extent(0));
  const std::uint8_t* inside = region_.inside.data() + index * width;
  const float* source = row + box_.lower[0];
  float* next = intensities.data() + first_of_row_[index];
  for (std::size_t x = 0; x < width; ++x) {
    if (inside[x] != 0) *next++ = source[x];
  }
}

std::vector<std::vector<ResponseRegion>> responses_of(const ImageType& type, const Volume& volume,
                                                      double largest,
                                                      std::span<const RegionInImage> regions) {
  const std::size_t maps = response_names(type).size();
  std::vector<std::vector<ResponseRegion>> responses;
  BoundingBox box = regions.front().box();
  for (const RegionInImage& region : regions) {
    responses.emplace_back(maps, ResponseRegion{region.region(), {}});
    box = union_of(box, region.box());
  }
  if (std::holds_alternative<Original>(type)) return responses;
  if (transforms_intensities(type)) {
    for (auto& maps_of_region : responses) {
      auto& [region, exact] = maps_of_region.front();
      exact = transformed_intensities(type, region.intensities, largest);
      std::copy(exact.begin(), exact.end(), region.intensities.begin());
    }
    return responses;
  }
  compute_responses(type, volume, box, [&](std::size_t map, int y, int z, const float* row) {
    for (std::size_t i = 0; i < regions.size(); ++i)
      regions[i].gather(y, z, row, responses[i][map].region.intensities);
  });
  return responses;
}

}  // namespace glisson::engine
