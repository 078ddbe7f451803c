#pragma once

#include <span>
#include <vector>

#include "engine/images/image_types.hpp"
#include "engine/region.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

/// A region and where its voxels lie in an image.
class RegionInImage {
 public:
  /// @throws as crop_to_region().
  RegionInImage(const Volume& volume, const Mask& mask);

  const BoundingBox& box() const { return box_; }
  const Region& region() const { return region_; }

  /// Takes the voxels inside out of the row (y, z) of a map of the whole image.
  /// @param intensities as many as region().intensities, in their order.
  void gather(int y, int z, const float* row, std::vector<float>& intensities) const;

 private:
  BoundingBox box_;
  Region region_;
  std::vector<std::size_t> first_of_row_;  // of region_.intensities
};

/// A region in a response map.
struct ResponseRegion {
  Region region;
  std::vector<double> exact;  ///< Its intensities where single precision is not all of them, else empty.
};

/// What an image type makes of regions of one image; a filter is applied once for all of them.
/// @param largest M of engine/images/image_types.hpp.
/// @return for each region one for each of response_names().
std::vector<std::vector<ResponseRegion>> responses_of(const ImageType& type, const Volume& volume,
                                                      double largest, std::span<const RegionInImage> regions);

}  // namespace glisson::engine
