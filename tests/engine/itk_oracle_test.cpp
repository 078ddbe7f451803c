// Resampling and the Laplacian of Gaussian against ITK's filters, which PyRadiomics uses.

#include <gtest/gtest.h>
#include <itkBSplineInterpolateImageFunction.h>
#include <itkImage.h>
#include <itkLaplacianRecursiveGaussianImageFilter.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>

#include <algorithm>
#include <cmath>

#include "engine/images/image_types.hpp"
#include "engine/images/resampling.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

template <typename Pixel>
using Image = itk::Image<Pixel, 3>;

template <typename Pixel>
typename Image<Pixel>::Pointer itk_image(const Grid& grid, const std::vector<Pixel>& values) {
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
std::vector<Pixel> resampled_by_itk(const Grid& old_grid, const std::vector<Pixel>& values,
                                    const Grid& grid) {
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

tests::ImageAndMask random_study(const std::array<int, 3>& size, const Vector3& spacing) {
  auto image = tests::random_image(size, 2000, 0.5, 3);
  image.volume.grid.spacing = spacing;
  image.volume.grid.origin = {-20, 35, 11};
  image.mask.grid = image.volume.grid;
  return image;
}

struct ResamplingCase {
  std::array<int, 3> size;
  Vector3 spacing;
  std::array<double, 3> target;
};

class ResamplingOracle : public testing::TestWithParam<ResamplingCase> {};

TEST_P(ResamplingOracle, AgreesWithItk) {
  const auto image = random_study(GetParam().size, GetParam().spacing);
  const ResampledImage result = resample(image.volume, image.mask, GetParam().target, 5);
  using Spline = itk::BSplineInterpolateImageFunction<Image<float>, double, double>;
  using Nearest = itk::NearestNeighborInterpolateImageFunction<Image<std::uint8_t>, double>;
  const auto values =
      resampled_by_itk<float, Spline>(image.volume.grid, image.volume.values, result.volume.grid);
  const auto voxels =
      resampled_by_itk<std::uint8_t, Nearest>(image.mask.grid, image.mask.voxels, result.mask.grid);
  EXPECT_EQ(result.mask.voxels, voxels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_NEAR(result.volume.values[i], values[i], 2e-3) << i;  // ITK ends its recursion at 1e-10
  }
}

INSTANTIATE_TEST_SUITE_P(Grids, ResamplingOracle,
                         testing::Values(ResamplingCase{{30, 28, 12}, {0.8, 0.8, 5}, {1, 1, 1}},
                                         ResamplingCase{{20, 21, 22}, {0.977, 0.977, 3}, {1, 1, 1}},
                                         ResamplingCase{{25, 14, 9}, {1, 2, 3}, {1.7, 0.9, 2.9}},
                                         ResamplingCase{{9, 40, 5}, {2.1, 0.7, 4}, {3, 3, 3}}));

TEST(LaplacianOfGaussianOracle, AgreesWithItk) {
  const auto image = random_study({24, 19, 17}, {1, 1.3, 2.2});
  for (const double sigma : {0.7, 1.0, 2.0, 3.5, 5.0, 9.0}) {
    auto filter = itk::LaplacianRecursiveGaussianImageFilter<Image<float>, Image<float>>::New();
    filter->SetInput(itk_image(image.volume.grid, image.volume.values));
    filter->SetSigma(sigma);
    filter->SetNormalizeAcrossScale(true);
    filter->Update();
    const float* expected = filter->GetOutput()->GetBufferPointer();
    const Volume map = response_maps(LaplacianOfGaussian{sigma}, image.volume).front();
    for (std::size_t i = 0; i < map.values.size(); ++i) {
      ASSERT_NEAR(map.values[i], expected[i], 1e-6 * 2000) << "sigma " << sigma << " voxel " << i;
    }
  }
}

}  // namespace
}  // namespace glisson::engine
