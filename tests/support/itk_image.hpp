#pragma once

#include <itkBSplineInterpolateImageFunction.h>
#include <itkImage.h>
#include <itkLaplacianRecursiveGaussianImageFilter.h>
#include <itkResampleImageFilter.h>

#include <algorithm>
#include <vector>

#include "engine/volume.hpp"

// Images of ITK and the filters that PyRadiomics uses: the oracle and the yardstick of our own.

namespace glisson::tests {

template <typename Pixel>
using Image = itk::Image<Pixel, 3>;

template <typename Pixel>
typename Image<Pixel>::Pointer itk_image(const engine::Grid& grid, const std::vector<Pixel>& values) {
  auto image = Image<Pixel>::New();
  typename Image<Pixel>::SizeType size;
  typename Image<Pixel>::SpacingType spacing;
  typename Image<Pixel>::PointType origin;
  for (unsigned axis = 0; axis < 3; ++axis) {
    size[axis] = static_cast<itk::SizeValueType>(grid.size[axis]);
    spacing[axis] = grid.spacing[axis];
    origin[axis] = grid.origin[axis];
  }
  image->SetRegions(size);
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->Allocate();
  std::copy(values.begin(), values.end(), image->GetBufferPointer());
  return image;
}

template <typename Pixel, typename Interpolator>
std::vector<Pixel> resampled_by_itk(const engine::Grid& old_grid, const std::vector<Pixel>& values,
                                    const engine::Grid& grid) {
  const auto image = itk_image(old_grid, values);
  const auto target = itk_image(grid, std::vector<Pixel>(grid.voxel_count()));
  auto filter = itk::ResampleImageFilter<Image<Pixel>, Image<Pixel>>::New();
  filter->SetInput(image);
  filter->SetOutputParametersFromImage(target);
  filter->SetInterpolator(Interpolator::New());
  filter->Update();
  const Pixel* result = filter->GetOutput()->GetBufferPointer();
  return {result, result + grid.voxel_count()};
}

using ItkSpline = itk::BSplineInterpolateImageFunction<Image<float>, double, double>;

/// The Laplacian of Gaussian, normalised across scale; values in the order of the image's.
inline std::vector<float> laplacian_by_itk(const engine::Volume& volume, double sigma) {
  auto filter = itk::LaplacianRecursiveGaussianImageFilter<Image<float>, Image<float>>::New();
  filter->SetInput(itk_image(volume.grid, volume.values));
  filter->SetSigma(sigma);
  filter->SetNormalizeAcrossScale(true);
  filter->Update();
  const float* result = filter->GetOutput()->GetBufferPointer();
  return {result, result + volume.grid.voxel_count()};
}

}  // namespace glisson::tests
