#include "engine/spatial_autocorrelation.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/errors.hpp"
#include "engine/fourier_lines.hpp"

namespace glisson::engine {
namespace {

using Size = std::array<std::size_t, 3>;

constexpr double most_voxels = 1.28e8;

// Complex values on a box, x fastest. Pairs of near and far voxels nearly cancel: single precision would not
// do.
struct Spectrum {
  std::vector<double> real;
  std::vector<double> imaginary;

  explicit Spectrum(const Size& size)
      : real(size[0] * size[1] * size[2], 0.0), imaginary(size[0] * size[1] * size[2], 0.0) {}
};

void transform_axis(Spectrum& values, std::size_t length, std::size_t step) {
  const FourierLines fourier(length);
  const std::size_t lines = values.real.size() / length;
  const std::size_t blocks = (lines + fourier_lanes - 1) / fourier_lanes;
  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, blocks), [&](const auto& range) {
    FourierBlock block = fourier.block();
    FourierBlock work = fourier.block();
    for (std::size_t b = range.begin(); b < range.end(); ++b) {
      const std::size_t count = std::min(fourier_lanes, lines - b * fourier_lanes);
      const auto for_each_point = [&](auto visit) {
        for (std::size_t lane = 0; lane < count; ++lane) {
          const std::size_t line = b * fourier_lanes + lane;
          const std::size_t first = line / step * step * length + line % step;
          for (std::size_t k = 0; k < length; ++k) visit(k * fourier_lanes + lane, first + k * step);
        }
      };
      for_each_point([&](std::size_t in_block, std::size_t in_box) {
        block.real[in_block] = values.real[in_box];
        block.imaginary[in_block] = values.imaginary[in_box];
      });
      fourier.forward(block, work);
      for_each_point([&](std::size_t in_block, std::size_t in_box) {
        values.real[in_box] = block.real[in_block];
        values.imaginary[in_box] = block.imaginary[in_block];
      });
    }
  });
}

void transform(Spectrum& values, const Size& size) {
  std::size_t step = 1;
  for (const std::size_t length : size) {
    if (length > 1) transform_axis(values, length, step);
    step *= length;
  }
}

std::size_t offset(const Size& size, std::size_t x, std::size_t y, std::size_t z) {
  return (z * size[1] + y) * size[0] + x;
}

// Large enough that a convolution of the region does not wrap around.
Size padded_size(const Region& region) {
  Size size{};
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    size[axis] = fast_fourier_length(2 * static_cast<std::size_t>(region.grid.size[axis]) - 1);
    voxels *= static_cast<double>(size[axis]);
  }
  if (voxels > most_voxels) {
    throw RejectedInput(RejectionReason::too_much_memory,
                        "spatial autocorrelation of a box of " + std::to_string(voxels) + " padded voxels");
  }
  return size;
}

// The real spectrum of the weights of all differences of indices, which wrap around.
std::vector<double> spectrum_of_weights(const Vector3& spacing, const Size& size) {
  Spectrum weights(size);
  const auto distance = [&](std::size_t i, std::size_t axis) {
    return static_cast<double>(std::min(i, size[axis] - i)) * spacing[axis];
  };
  for (std::size_t z = 0; z < size[2]; ++z) {
    for (std::size_t y = 0; y < size[1]; ++y) {
      for (std::size_t x = 0; x < size[0]; ++x) {
        const double d = std::hypot(distance(x, 0), distance(y, 1), distance(z, 2));
        if (d > 0) weights.real[offset(size, x, y, z)] = 1 / d;
      }
    }
  }
  transform(weights, size);
  return std::move(weights.real);
}

// sum over all pairs of w_ij f(X_i) f(X_j) (Parseval), one pair of voxels counted in both orders.
template <typename Function>
double weighted_pairs(const Region& region, const Size& size, const std::vector<double>& weights,
                      Function f) {
  Spectrum values(size);
  std::size_t voxel = 0;
  std::size_t next = 0;
  for (int z = 0; z < region.grid.size[2]; ++z) {
    for (int y = 0; y < region.grid.size[1]; ++y) {
      for (int x = 0; x < region.grid.size[0]; ++x, ++voxel) {
        if (region.inside[voxel] == 0) continue;
        values.real[offset(size, static_cast<std::size_t>(x), static_cast<std::size_t>(y),
                           static_cast<std::size_t>(z))] = f(region.intensities[next++]);
      }
    }
  }
  transform(values, size);
  double sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    sum += weights[k] * (values.real[k] * values.real[k] + values.imaginary[k] * values.imaginary[k]);
  }
  return sum / static_cast<double>(weights.size());
}

}  // namespace

SpatialAutocorrelation spatial_autocorrelation(const Region& region) {
  const Size size = padded_size(region);
  const auto voxels = static_cast<double>(region.intensities.size());
  double mean = 0;
  for (const float x : region.intensities) mean += x / voxels;
  double variance = 0;
  for (const float x : region.intensities) variance += (x - mean) * (x - mean) / voxels;

  const std::vector<double> weights = spectrum_of_weights(region.grid.spacing, size);
  const auto pairs = [&](auto f) { return weighted_pairs(region, size, weights, f); };
  // y_i = (X_i - mu) / sigma, so that sum (X_i - mu)^2 = N sigma^2
  const auto y = [=](double x) { return (x - mean) / std::sqrt(variance); };
  const double all_weights = pairs([](double) { return 1.0; });
  const double products = pairs(y);  // sum w_ij y_i y_j
  // sum w_ij y_i^2, of which 4 a b = (a + b)^2 - (a - b)^2 makes sums of equal factors
  const double squares =
      (pairs([=](double x) { return y(x) * y(x) + 1; }) - pairs([=](double x) { return y(x) * y(x) - 1; })) /
      4;
  // sum w_ij (y_i - y_j)^2 = 2 sum w_ij y_i^2 - 2 sum w_ij y_i y_j
  const double differences = 2 * (squares - products);
  return {products / all_weights, (voxels - 1) / voxels * differences / (2 * all_weights)};
}

}  // namespace glisson::engine
