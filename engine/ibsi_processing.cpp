#include "engine/ibsi_processing.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/errors.hpp"

namespace glisson::engine {
namespace {

// Far above the rounding of interpolated masks, far below the step between two of their values.
constexpr double rounding = 1e-5;

Grid interpolated_grid(const Grid& grid, const Vector3& spacing) {
  Vector3 wanted = spacing;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (wanted[axis] == 0) wanted[axis] = grid.spacing[axis];
  }
  return centred_grid(grid, wanted);
}

Mask interpolated_mask(const Mask& mask, const Grid& grid, Interpolation interpolation) {
  const std::vector<float> values =
      interpolate({mask.voxels.begin(), mask.voxels.end()}, mask.grid, grid, interpolation);
  Mask result{grid, std::vector<std::uint8_t>(values.size())};
  std::transform(values.begin(), values.end(), result.voxels.begin(),
                 [](float share) { return share >= 0.5 - rounding ? std::uint8_t{1} : std::uint8_t{0}; });
  return result;
}

void require_voxels(const Mask& mask, const char* after) {
  if (mask.count() == 0) {
    throw RejectedInput(RejectionReason::empty_region, std::string("no voxel is inside after ") + after);
  }
}

void keep_range(const Volume& volume, Mask& mask, double lower, double upper) {
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (volume.values[i] < lower || volume.values[i] > upper) mask.voxels[i] = 0;
  }
}

// Keeps mean +/- `deviations` standard deviations (1/N) of the intensities inside.
void drop_outliers(const Volume& volume, Mask& mask, double deviations) {
  const auto voxels = static_cast<double>(mask.count());
  double sum = 0;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (mask.voxels[i] != 0) sum += volume.values[i];
  }
  const double mean = sum / voxels;
  double squares = 0;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (mask.voxels[i] != 0) squares += (volume.values[i] - mean) * (volume.values[i] - mean);
  }
  const double margin = deviations * std::sqrt(squares / voxels);
  keep_range(volume, mask, mean - margin, mean + margin);
}

}  // namespace

IbsiImage process_ibsi_image(const Volume& volume, const Mask& mask, const IbsiSettings& settings) {
  if (volume.grid != mask.grid) throw std::logic_error("image and mask have different grids");
  require_voxels(mask, "reading");
  IbsiImage image;
  if (settings.spacing) {
    const Grid grid = interpolated_grid(volume.grid, *settings.spacing);
    image.volume = {grid, interpolate(volume.values, volume.grid, grid, settings.image_interpolation)};
    image.morphological_mask = interpolated_mask(mask, grid, settings.mask_interpolation);
    require_voxels(image.morphological_mask, "interpolation");
    if (settings.round_intensities) {
      for (float& value : image.volume.values) value = std::nearbyint(value);
    }
  } else {
    image.volume = volume;
    image.morphological_mask = mask;
  }
  for (std::size_t i = 0; i < image.morphological_mask.voxels.size(); ++i) {
    if (image.morphological_mask.voxels[i] != 0 && !std::isfinite(image.volume.values[i])) {
      throw RejectedInput(RejectionReason::unsupported_pixel_format,
                          "an intensity of the region is not finite");
    }
  }
  image.intensity_mask = image.morphological_mask;
  if (settings.range) {
    keep_range(image.volume, image.intensity_mask, settings.range->lower, settings.range->upper);
    require_voxels(image.intensity_mask, "re-segmentation by range");
  }
  if (settings.outlier_deviations) {
    drop_outliers(image.volume, image.intensity_mask, *settings.outlier_deviations);
    require_voxels(image.intensity_mask, "re-segmentation by outliers");
  }
  return image;
}

}  // namespace glisson::engine
