#include "engine/spatial_autocorrelation.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/errors.hpp"
#include "engine/fourier.hpp"

namespace glisson::engine {
namespace {

using Size = std::array<std::size_t, 3>;

constexpr double most_voxels = 1.28e8;

std::size_t offset(const Size& size, std::size_t x, std::size_t y, std::size_t z) {
  return (z * size[1] + y) * size[0] + x;
}

// Large enough that a convolution of the region does not wrap around.
Size padded_size(const Region& region) {
  Size size{};
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    size[axis] = fast_length(2 * static_cast<std::size_t>(region.grid.size[axis]) - 1);
    voxels *= static_cast<double>(size[axis]);
  }
  if (voxels > most_voxels) {
    throw RejectedInput(RejectionReason::too_much_memory,
                        "spatial autocorrelation of a box of " + std::to_string(voxels) + " padded voxels");
  }
  return size;
}

// The spectrum of f(intensity) of the voxels inside, 0 outside.
template <typename Function>
ComplexValues spectrum_of(const Region& region, const Size& size, Function f) {
  ComplexValues values(size[0] * size[1] * size[2]);
  std::size_t voxel = 0;
  std::size_t next = 0;
  for (int z = 0; z < region.grid.size[2]; ++z) {
    for (int y = 0; y < region.grid.size[1]; ++y) {
      for (int x = 0; x < region.grid.size[0]; ++x, ++voxel) {
        if (region.inside[voxel] == 0) continue;
        values[offset(size, static_cast<std::size_t>(x), static_cast<std::size_t>(y),
                      static_cast<std::size_t>(z))] = f(region.intensities[next++]);
      }
    }
  }
  fourier_transform(values, size);
  return values;
}

// The spectrum of the weights of all differences of indices, which wrap around.
ComplexValues spectrum_of_weights(const Vector3& spacing, const Size& size) {
  ComplexValues values(size[0] * size[1] * size[2]);
  const auto distance = [&](std::size_t i, std::size_t axis) {
    return static_cast<double>(std::min(i, size[axis] - i)) * spacing[axis];
  };
  for (std::size_t z = 0; z < size[2]; ++z) {
    for (std::size_t y = 0; y < size[1]; ++y) {
      for (std::size_t x = 0; x < size[0]; ++x) {
        const double d = std::hypot(distance(x, 0), distance(y, 1), distance(z, 2));
        if (d > 0) values[offset(size, x, y, z)] = 1 / d;
      }
    }
  }
  fourier_transform(values, size);
  return values;
}

// sum over all pairs of w_ij a_i b_j (Parseval)
double weighted_pairs(const ComplexValues& weights, const ComplexValues& a, const ComplexValues& b) {
  double sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    sum += weights[k].real() * (a[k] * std::conj(b[k])).real();
  }
  return sum / static_cast<double>(weights.size());
}

}  // namespace

SpatialAutocorrelation spatial_autocorrelation(const Region& region) {
  const Size size = padded_size(region);
  const auto voxels = static_cast<double>(region.intensities.size());
  double mean = 0;
  for (const float x : region.intensities) mean += x / voxels;
  double squares = 0;  // sum (X_i - mu)^2
  for (const float x : region.intensities) squares += (x - mean) * (x - mean);

  const ComplexValues weights = spectrum_of_weights(region.grid.spacing, size);
  double products = 0;  // sum w_ij (X_i - mu) (X_j - mu)
  {
    const ComplexValues deviations = spectrum_of(region, size, [=](double x) { return x - mean; });
    products = weighted_pairs(weights, deviations, deviations);
  }
  const ComplexValues inside = spectrum_of(region, size, [](double) { return 1.0; });
  const double all_weights = weighted_pairs(weights, inside, inside);
  const ComplexValues squared = spectrum_of(region, size, [=](double x) { return (x - mean) * (x - mean); });
  // sum w_ij (X_i - X_j)^2 = 2 sum w_ij (X_i - mu)^2 - 2 sum w_ij (X_i - mu) (X_j - mu)
  const double differences = 2 * weighted_pairs(weights, squared, inside) - 2 * products;
  return {voxels / all_weights * products / squares,
          (voxels - 1) / (2 * all_weights) * differences / squares};
}

}  // namespace glisson::engine
