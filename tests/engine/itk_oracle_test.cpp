// Resampling and the Laplacian of Gaussian against ITK's filters, which PyRadiomics uses, and the distance
// transform against that of Maurer et al. (2003, 10.1109/TPAMI.2003.1177156), and connected components.

#include <gtest/gtest.h>
#include <itkConnectedComponentImageFilter.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkSignedMaurerDistanceMapImageFilter.h>

#include <algorithm>
#include <cmath>

#include "engine/geometry/connected_components.hpp"
#include "engine/geometry/distance_transform.hpp"
#include "engine/images/image_types.hpp"
#include "engine/images/resampling.hpp"
#include "tests/support/itk_image.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

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
  using tests::resampled_by_itk;
  using Nearest = itk::NearestNeighborInterpolateImageFunction<tests::Image<std::uint8_t>, double>;
  const auto values =
      resampled_by_itk<float, tests::ItkSpline>(image.volume.grid, image.volume.values, result.volume.grid);
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
    const std::vector<float> expected = tests::laplacian_by_itk(image.volume, sigma);
    const Volume map = response_maps(LaplacianOfGaussian{sigma}, image.volume).front();
    for (std::size_t i = 0; i < map.values.size(); ++i) {
      ASSERT_NEAR(map.values[i], expected[i], 1e-6 * 2000) << "sigma " << sigma << " voxel " << i;
    }
  }
}

// Maurer's map is signed; outside of the marked voxels it is the distance to the nearest of them, as ours is.
TEST(DistanceTransformOracle, AgreesWithItk) {
  for (const Vector3& spacing : {Vector3{1, 1, 1}, Vector3{0.8, 0.8, 5}, Vector3{2.1, 0.7, 1.3}}) {
    for (const double filled : {0.002, 0.05, 0.5}) {
      const auto image = tests::random_image({31, 23, 17}, 2, filled, 7);
      Grid grid = image.mask.grid;
      grid.spacing = spacing;
      auto filter =
          itk::SignedMaurerDistanceMapImageFilter<tests::Image<std::uint8_t>, tests::Image<float>>::New();
      filter->SetInput(tests::itk_image(grid, image.mask.voxels));
      filter->SquaredDistanceOn();
      filter->UseImageSpacingOn();
      filter->Update();
      const float* expected = filter->GetOutput()->GetBufferPointer();
      const std::vector<double> squares = squared_distances(grid, image.mask.voxels);
      std::size_t outside = 0;
      for (std::size_t i = 0; i < squares.size(); ++i) {
        if (image.mask.voxels[i] != 0) continue;
        ++outside;
        ASSERT_NEAR(squares[i], expected[i], 1e-5 * squares[i]) << i;
      }
      EXPECT_GT(outside, 1000U);
    }
  }
}

// ITK numbers components by their first voxels, so that the first of equal ones has the lowest number.
TEST(LargestComponentOracle, AgreesWithItk) {
  for (const double filled : {0.05, 0.09, 0.12, 0.5, 1.0}) {
    const Mask mask = tests::random_image({13, 11, 9}, 2, filled, 41).mask;
    auto filter =
        itk::ConnectedComponentImageFilter<tests::Image<std::uint8_t>, tests::Image<unsigned>>::New();
    filter->SetInput(tests::itk_image(mask.grid, mask.voxels));
    filter->FullyConnectedOn();
    filter->Update();
    const unsigned* labels = filter->GetOutput()->GetBufferPointer();
    std::vector<std::size_t> sizes(filter->GetObjectCount() + 1);
    for (std::size_t i = 0; i < mask.voxels.size(); ++i) sizes[labels[i]] += labels[i] != 0 ? 1 : 0;
    const auto largest = std::ranges::max_element(sizes) - sizes.begin();
    std::vector<std::uint8_t> expected(mask.voxels.size());
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = labels[i] == largest ? 1 : 0;
    EXPECT_EQ(largest_component(mask).voxels, expected) << filled;
    EXPECT_GT(sizes.size(), 1U);
  }
}

}  // namespace
}  // namespace glisson::engine
