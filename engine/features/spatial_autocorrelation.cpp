#include "engine/features/spatial_autocorrelation.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <utility>

#include "engine/errors.hpp"
#include "engine/images/fourier_lines.hpp"

namespace glisson::engine {
namespace {

using Size = std::array<std::size_t, 3>;

constexpr double most_voxels = 1.28e8;

// Two real functions on a box, x fastest, as real and imaginary part; after transform(), the spectrum of
// their sum. Pairs of near and far voxels nearly cancel: single precision would not do.
struct Spectrum {
  Size size;
  std::vector<double> real;
  std::vector<double> imaginary;

  explicit Spectrum(const Size& of)
      : size(of), real(of[0] * of[1] * of[2], 0.0), imaginary(of[0] * of[1] * of[2], 0.0) {}

  std::size_t offset(std::size_t x, std::size_t y, std::size_t z) const {
    return (z * size[1] + y) * size[0] + x;
  }

  // The spectra of both functions at frequency k, of which `minus` is the opposite one: as the functions are
  // real, theirs are F(-k) = conj(F(k)).
  std::pair<std::complex<double>, std::complex<double>> at(std::size_t k, std::size_t minus) const {
    return {{0.5 * (real[k] + real[minus]), 0.5 * (imaginary[k] - imaginary[minus])},
            {0.5 * (imaginary[k] + imaginary[minus]), 0.5 * (real[minus] - real[k])}};
  }
};

// Transforms `count` lines whose points are `step` apart. The first of line l is at start(l); lines that
// follow each other there are transformed together.
template <typename Start>
void transform_lines(Spectrum& values, std::size_t length, std::size_t step, std::size_t count, Start start) {
  const FourierLines fourier(length);
  const std::size_t blocks = (count + fourier_lanes - 1) / fourier_lanes;
  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, blocks), [&](const auto& range) {
    FourierBlock block = fourier.block();
    FourierBlock work = fourier.block();
    std::array<std::size_t, fourier_lanes> first{};
    for (std::size_t b = range.begin(); b < range.end(); ++b) {
      const std::size_t lanes = std::min(fourier_lanes, count - b * fourier_lanes);
      for (std::size_t lane = 0; lane < lanes; ++lane) first[lane] = start(b * fourier_lanes + lane);
      for (std::size_t k = 0; k < length; ++k) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          block.real[k * fourier_lanes + lane] = values.real[first[lane] + k * step];
          block.imaginary[k * fourier_lanes + lane] = values.imaginary[first[lane] + k * step];
        }
      }
      fourier.forward(block, work);
      for (std::size_t k = 0; k < length; ++k) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          values.real[first[lane] + k * step] = block.real[k * fourier_lanes + lane];
          values.imaginary[first[lane] + k * step] = block.imaginary[k * fourier_lanes + lane];
        }
      }
    }
  });
}

// @param occupied extent of the box that holds anything; lines of zeros stay zero.
void transform(Spectrum& values, const Size& occupied) {
  const auto& [nx, ny, nz] = values.size;
  const std::size_t row = nx;
  const std::size_t plane = nx * ny;
  const std::size_t rows = occupied[1];
  transform_lines(values, nx, 1, rows * occupied[2],
                  [=](std::size_t l) { return l / rows * plane + l % rows * row; });
  transform_lines(values, ny, row, row * occupied[2],
                  [=](std::size_t l) { return l / row * plane + l % row; });
  transform_lines(values, nz, plane, plane, [](std::size_t l) { return l; });
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

// Calls visit(offset in the box, intensity) for every voxel inside.
template <typename Visit>
void for_each_voxel(const Region& region, const Spectrum& box, Visit visit) {
  std::size_t voxel = 0;
  std::size_t next = 0;
  for (int z = 0; z < region.grid.size[2]; ++z) {
    for (int y = 0; y < region.grid.size[1]; ++y) {
      const std::size_t row = box.offset(0, static_cast<std::size_t>(y), static_cast<std::size_t>(z));
      for (int x = 0; x < region.grid.size[0]; ++x, ++voxel) {
        if (region.inside[voxel] != 0) visit(row + static_cast<std::size_t>(x), region.intensities[next++]);
      }
    }
  }
}

// The weight of every difference of indices; differences wrap around.
void set_weights(const Vector3& spacing, Spectrum& box) {
  const auto distance = [&](std::size_t i, std::size_t axis) {
    return static_cast<double>(std::min(i, box.size[axis] - i)) * spacing[axis];
  };
  for (std::size_t z = 0; z < box.size[2]; ++z) {
    for (std::size_t y = 0; y < box.size[1]; ++y) {
      const double across = distance(z, 2) * distance(z, 2) + distance(y, 1) * distance(y, 1);
      for (std::size_t x = 0; x < box.size[0]; ++x) {
        const double squared = across + distance(x, 0) * distance(x, 0);
        if (squared > 0) box.real[box.offset(x, y, z)] = 1 / std::sqrt(squared);
      }
    }
  }
}

// Sums over all pairs of voxels, each counted in both orders.
struct PairSums {
  double weights = 0;   // sum w_ij
  double products = 0;  // sum w_ij y_i y_j
  double squares = 0;   // sum w_ij y_i^2
};

// By Parseval, sum w_ij a_i b_j is the sum over all frequencies of W conj(A) B, divided by their number.
PairSums pair_sums(const Spectrum& weights_and_y, const Spectrum& squares_and_inside) {
  PairSums sums;
  const auto& [nx, ny, nz] = weights_and_y.size;
  for (std::size_t z = 0; z < nz; ++z) {
    for (std::size_t y = 0; y < ny; ++y) {
      for (std::size_t x = 0; x < nx; ++x) {
        const std::size_t k = weights_and_y.offset(x, y, z);
        const std::size_t minus = weights_and_y.offset((nx - x) % nx, (ny - y) % ny, (nz - z) % nz);
        const auto [w, deviations] = weights_and_y.at(k, minus);
        const auto [squares, inside] = squares_and_inside.at(k, minus);
        sums.weights += w.real() * std::norm(inside);
        sums.products += w.real() * std::norm(deviations);
        sums.squares += w.real() * (squares * std::conj(inside)).real();
      }
    }
  }
  const auto frequencies = static_cast<double>(nx * ny * nz);
  return {sums.weights / frequencies, sums.products / frequencies, sums.squares / frequencies};
}

}  // namespace

SpatialAutocorrelation spatial_autocorrelation(const Region& region) {
  const Size size = padded_size(region);
  const auto voxels = static_cast<double>(region.intensities.size());
  double mean = 0;
  for (const float x : region.intensities) mean += x / voxels;
  double variance = 0;
  for (const float x : region.intensities) variance += (x - mean) * (x - mean) / voxels;
  // y_i = (X_i - mu) / sigma, so that sum (X_i - mu)^2 = N sigma^2
  const auto y = [=](double x) { return (x - mean) / std::sqrt(variance); };

  Spectrum weights_and_y(size);
  set_weights(region.grid.spacing, weights_and_y);
  for_each_voxel(region, weights_and_y,
                 [&](std::size_t at, double x) { weights_and_y.imaginary[at] = y(x); });
  transform(weights_and_y, size);

  Spectrum squares_and_inside(size);
  for_each_voxel(region, squares_and_inside, [&](std::size_t at, double x) {
    squares_and_inside.real[at] = y(x) * y(x);
    squares_and_inside.imaginary[at] = 1;
  });
  Size occupied{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    occupied[axis] = static_cast<std::size_t>(region.grid.size[axis]);
  transform(squares_and_inside, occupied);

  const PairSums sums = pair_sums(weights_and_y, squares_and_inside);
  // sum w_ij (y_i - y_j)^2 = 2 sum w_ij y_i^2 - 2 sum w_ij y_i y_j
  const double differences = 2 * (sums.squares - sums.products);
  return {sums.products / sums.weights, (voxels - 1) / voxels * differences / (2 * sums.weights)};
}

}  // namespace glisson::engine
