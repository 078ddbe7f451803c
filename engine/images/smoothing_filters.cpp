// Mean and Laplacian of Gaussian.

#include <cmath>
#include <numbers>

#include "engine/images/convolution.hpp"
#include "engine/images/filter_responses.hpp"
#include "engine/images/separable_filter.hpp"

namespace glisson::engine {
namespace {

// The Gaussian of one axis and its second derivative, cut off.
struct GaussianKernels {
  Kernel smooth;
  Kernel curvature;
};

GaussianKernels gaussian_kernels(double sigma, int reach) {
  std::vector<double> smooth;
  std::vector<double> curvature;
  const double variance = sigma * sigma;
  for (int k = -reach; k <= reach; ++k) {
    const double gaussian = std::exp(-k * k / (2 * variance)) / (std::sqrt(2 * std::numbers::pi) * sigma);
    smooth.push_back(gaussian);
    curvature.push_back((k * k / variance - 1) / variance * gaussian);
  }
  return {centred_kernel(std::move(smooth)), centred_kernel(std::move(curvature))};
}

// The reach of the kernel in voxels.
int kernel_reach(const LaplacianOfGaussianFilter& filter, const Grid& grid) {
  const double spacing = isotropic_spacing(grid, dimensions(filter.space));
  const double reach = std::floor(filter.cutoff * filter.sigma / spacing + 0.5);
  require(reach <= farthest_reach,
          "a LoG filter reaches " + std::to_string(farthest_reach) + " voxels at most");
  return static_cast<int>(reach);
}

}  // namespace

void check(const MeanFilter& filter) {
  require(filter.support >= 1 && filter.support % 2 == 1 && filter.support <= 2 * farthest_reach + 1,
          "the support of a mean filter is an odd number of voxels from 1 to " +
              std::to_string(2 * farthest_reach + 1));
}

Reach reach(const MeanFilter& filter, const Grid& /*grid*/) {
  return uniform_reach(filter.space, filter.support / 2);
}

Volume response(const MeanFilter& filter, const Volume& volume) {
  const auto support = static_cast<std::size_t>(filter.support);
  const Kernel mean = centred_kernel(std::vector<double>(support, 1.0 / filter.support));
  return separable_response(volume, SeparableKernel(dimensions(filter.space), {mean}), filter.boundary,
                            FilterPooling::none);
}

void check(const LaplacianOfGaussianFilter& filter) {
  require(std::isfinite(filter.sigma) && filter.sigma > 0, "sigma of a LoG filter is greater than 0 mm");
  require(filter.cutoff > 0 && filter.cutoff <= 10,
          "the cut-off of a LoG filter is greater than 0 and at most 10");
}

Reach reach(const LaplacianOfGaussianFilter& filter, const Grid& grid) {
  return uniform_reach(filter.space, kernel_reach(filter, grid));
}

// The kernel on a box of voxels is the sum, over the axes, of the second derivative along that axis and the
// Gaussian along the others.
Volume response(const LaplacianOfGaussianFilter& filter, const Volume& volume) {
  const std::size_t axes = dimensions(filter.space);
  const GaussianKernels kernels = gaussian_kernels(filter.sigma / isotropic_spacing(volume.grid, axes),
                                                   kernel_reach(filter, volume.grid));

  Volume smoothed;
  Volume laplacian;
  Volume curvature;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const Volume& source = axis == 0 ? volume : smoothed;
    convolve(source, axis, kernels.curvature, filter.boundary, axis == 0 ? laplacian : curvature);
    if (axis + 1 < axes) convolve(source, axis, kernels.smooth, filter.boundary, smoothed);
    if (axis == 0) continue;
    convolve(laplacian, axis, kernels.smooth, filter.boundary, laplacian);
    for (std::size_t i = 0; i < laplacian.values.size(); ++i) laplacian.values[i] += curvature.values[i];
  }
  return laplacian;
}

}  // namespace glisson::engine
