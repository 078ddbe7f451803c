#include "engine/resampling.hpp"

#include <itkBSplineInterpolateImageFunction.h>
#include <itkImage.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "engine/errors.hpp"
#include "engine/region.hpp"

namespace glisson::engine {
namespace {

constexpr double most_voxels = 4e8;

// The influence of a voxel on the spline's coefficients falls by 0.268 with each voxel of distance: after 32
// voxels it is below the precision of a double, so that the rest of the image need not be looked at.
constexpr int spline_margin = 32;

// PyRadiomics' grid, in terms of the indices of the old one.
Grid resampled_grid(const Grid& old_grid, const BoundingBox& box, std::array<double, 3> spacing,
                    int pad_distance) {
  Grid grid = old_grid;
  Vector3 first{};  // continuous old index of the first new voxel
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (box.extent(axis) == 1) spacing[axis] = old_grid.spacing[axis];
    const double ratio = old_grid.spacing[axis] / spacing[axis];
    const double last_of_image = std::ceil(old_grid.size[axis] * ratio) - 1;
    const double lower = std::max(0.0, std::floor((box.lower[axis] - 0.5) * ratio - pad_distance));
    const double upper = std::min(last_of_image, std::ceil((box.upper[axis] + 0.5) * ratio + pad_distance));
    voxels *= upper - lower + 1;
    if (!(voxels <= most_voxels)) {
      throw RejectedInput(RejectionReason::too_much_memory,
                          "the resampled region has more than " + std::to_string(most_voxels) + " voxels");
    }
    grid.size[axis] = static_cast<int>(upper - lower + 1);
    grid.spacing[axis] = spacing[axis];
    first[axis] = 0.5 * (spacing[axis] - old_grid.spacing[axis]) / old_grid.spacing[axis] + lower / ratio;
  }
  grid.origin = old_grid.position(first);
  return grid;
}

bool nearly_equal(const Vector3& a, const Vector3& b) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(a[axis] - b[axis]) > 1e-8 + 1e-5 * std::abs(b[axis])) return false;
  }
  return true;
}

// The old voxels that the new grid needs, in old indices.
BoundingBox needed_part(const Grid& old_grid, const Grid& grid) {
  const Vector3 first = old_grid.index(grid.origin);
  BoundingBox part;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double last = first[axis] + (grid.size[axis] - 1) * grid.spacing[axis] / old_grid.spacing[axis];
    part.lower[axis] = std::max(0, static_cast<int>(std::floor(first[axis])) - spline_margin);
    part.upper[axis] = std::min(old_grid.size[axis] - 1, static_cast<int>(std::ceil(last)) + spline_margin);
  }
  return part;
}

template <typename Pixel>
using Image = itk::Image<Pixel, 3>;

// A part of a volume as an ITK image that keeps the indices, and with them the geometry, of the whole.
template <typename Pixel>
typename Image<Pixel>::Pointer itk_image(const Grid& grid, const std::vector<Pixel>& values,
                                         const BoundingBox& part) {
  using ImageType = Image<Pixel>;
  typename ImageType::RegionType region;
  typename ImageType::SpacingType spacing;
  typename ImageType::PointType origin;
  typename ImageType::DirectionType direction;
  for (unsigned axis = 0; axis < 3; ++axis) {
    region.SetIndex(axis, part.lower[axis]);
    region.SetSize(axis, static_cast<itk::SizeValueType>(part.extent(axis)));
    spacing[axis] = grid.spacing[axis];
    origin[axis] = grid.origin[axis];
    for (unsigned row = 0; row < 3; ++row) direction(row, axis) = grid.direction[axis][row];
  }
  auto image = ImageType::New();
  image->SetRegions(region);
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->SetDirection(direction);
  image->Allocate();
  Pixel* target = image->GetBufferPointer();
  for (int z = part.lower[2]; z <= part.upper[2]; ++z) {
    for (int y = part.lower[1]; y <= part.upper[1]; ++y) {
      target = std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(grid.offset(part.lower[0], y, z)),
                           part.extent(0), target);
    }
  }
  return image;
}

template <typename Pixel, typename Interpolator>
std::vector<Pixel> interpolate(const Grid& old_grid, const std::vector<Pixel>& values, const Grid& grid) {
  using ImageType = Image<Pixel>;
  const auto image = itk_image(old_grid, values, needed_part(old_grid, grid));
  auto filter = itk::ResampleImageFilter<ImageType, ImageType>::New();
  typename ImageType::SizeType size;
  typename ImageType::SpacingType spacing;
  typename ImageType::PointType origin;
  for (unsigned axis = 0; axis < 3; ++axis) {
    size[axis] = static_cast<itk::SizeValueType>(grid.size[axis]);
    spacing[axis] = grid.spacing[axis];
    origin[axis] = grid.origin[axis];
  }
  filter->SetInput(image);
  filter->SetSize(size);
  filter->SetOutputSpacing(spacing);
  filter->SetOutputOrigin(origin);
  filter->SetOutputDirection(image->GetDirection());
  filter->SetInterpolator(Interpolator::New());
  filter->Update();
  const Pixel* result = filter->GetOutput()->GetBufferPointer();
  return {result, result + grid.voxel_count()};
}

}  // namespace

ResampledImage resample(const Volume& volume, const Mask& mask, const std::array<double, 3>& spacing,
                        int pad_distance) {
  if (volume.grid != mask.grid) throw std::logic_error("image and mask have different grids");
  const Grid grid = resampled_grid(volume.grid, bounding_box(mask), spacing, pad_distance);
  if (nearly_equal(volume.grid.spacing, grid.spacing)) return {volume, mask};
  using Spline = itk::BSplineInterpolateImageFunction<Image<float>, double, double>;
  using Nearest = itk::NearestNeighborInterpolateImageFunction<Image<std::uint8_t>, double>;
  ResampledImage result;
  result.volume = {grid, interpolate<float, Spline>(volume.grid, volume.values, grid)};
  result.mask = {grid, interpolate<std::uint8_t, Nearest>(mask.grid, mask.voxels, grid)};
  return result;
}

}  // namespace glisson::engine
