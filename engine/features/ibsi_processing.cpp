#include "engine/features/ibsi_processing.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/errors.hpp"
#include "engine/region.hpp"
#include "engine/stage_times.hpp"

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

// The part of a grid that holds the region, one voxel of the old grid and the margin around it.
BoundingBox part_around(const Mask& mask, const Grid& grid, double margin) {
  const BoundingBox box = bounding_box(mask);
  const Vector3 lower =
      grid.index(mask.grid.position({box.lower[0] - 1.0, box.lower[1] - 1.0, box.lower[2] - 1.0}));
  const Vector3 upper =
      grid.index(mask.grid.position({box.upper[0] + 1.0, box.upper[1] + 1.0, box.upper[2] + 1.0}));
  BoundingBox part;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double beyond = margin / grid.spacing[axis];
    const double highest = grid.size[axis] - 1.0;
    part.lower[axis] = static_cast<int>(std::clamp(std::floor(lower[axis] - beyond), 0.0, highest));
    part.upper[axis] = static_cast<int>(std::clamp(std::ceil(upper[axis] + beyond), 0.0, highest));
  }
  return part;
}

// Image and mask at the voxels of a part of a grid.
IbsiImage interpolated(const Volume& volume, const Mask& mask, const Grid& grid, const BoundingBox& part,
                       const IbsiSettings& settings) {
  IbsiImage image;
  image.volume.grid = grid;
  image.volume.grid.size = {part.extent(0), part.extent(1), part.extent(2)};
  image.volume.grid.origin =
      grid.position({static_cast<double>(part.lower[0]), static_cast<double>(part.lower[1]),
                     static_cast<double>(part.lower[2])});
  image.volume.values = interpolate(volume.values, volume.grid, grid, part, settings.image_interpolation);
  const std::vector<float> shares = interpolate({mask.voxels.begin(), mask.voxels.end()}, mask.grid, grid,
                                                part, settings.mask_interpolation);
  image.morphological_mask = {image.volume.grid, std::vector<std::uint8_t>(shares.size())};
  std::transform(shares.begin(), shares.end(), image.morphological_mask.voxels.begin(),
                 [](float share) { return share >= 0.5 - rounding ? std::uint8_t{1} : std::uint8_t{0}; });
  return image;
}

void require_voxels(const Mask& mask, RejectionReason reason, const char* after) {
  if (mask.count() == 0) throw RejectedInput(reason, std::string("no voxel is inside after ") + after);
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
  const StageClock clock("processing");
  if (volume.grid != mask.grid) throw std::logic_error("image and mask have different grids");
  require_voxels(mask, RejectionReason::empty_region, "reading");
  const Grid grid = settings.spacing ? interpolated_grid(volume.grid, *settings.spacing) : volume.grid;
  const BoundingBox whole{{0, 0, 0}, {grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1}};
  IbsiImage image = interpolated(
      volume, mask, grid, settings.margin ? part_around(mask, grid, *settings.margin) : whole, settings);
  require_voxels(image.morphological_mask, RejectionReason::empty_region, "interpolation");
  if (settings.spacing && settings.round_intensities) {
    for (float& value : image.volume.values) value = std::nearbyint(value);
  }
  for (std::size_t i = 0; i < image.morphological_mask.voxels.size(); ++i) {
    if (image.morphological_mask.voxels[i] != 0 && !std::isfinite(image.volume.values[i])) {
      throw RejectedInput(RejectionReason::intensities_not_finite,
                          "an intensity of the region is not finite");
    }
  }
  image.intensity_mask = image.morphological_mask;
  if (settings.range) {
    keep_range(image.volume, image.intensity_mask, settings.range->lower, settings.range->upper);
    require_voxels(image.intensity_mask, RejectionReason::nothing_left_by_resegmentation,
                   "re-segmentation by range");
  }
  if (settings.outlier_deviations) {
    drop_outliers(image.volume, image.intensity_mask, *settings.outlier_deviations);
    require_voxels(image.intensity_mask, RejectionReason::nothing_left_by_resegmentation,
                   "re-segmentation by outliers");
  }
  return image;
}

}  // namespace glisson::engine
