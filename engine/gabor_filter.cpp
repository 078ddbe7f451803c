#include <oneapi/tbb/parallel_for.h>

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>

#include "engine/convolution.hpp"
#include "engine/filter_responses.hpp"
#include "engine/fourier.hpp"

namespace glisson::engine {
namespace {

// The envelope beyond 6 standard deviations is below 1.6e-8 of its centre.
constexpr double envelope_cutoff = 6;

// The two axes of a plane, and the axis across it.
struct Plane {
  std::size_t first;
  std::size_t second;
  std::size_t across;
};

// A kernel in voxels.
struct GaborKernel {
  double sigma;
  double wavelength;
  double gamma;
  double theta;  // radians

  std::complex<double> operator()(double k1, double k2) const {
    const double u = k1 * std::cos(theta) + k2 * std::sin(theta);
    const double v = -k1 * std::sin(theta) + k2 * std::cos(theta);
    return std::polar(std::exp(-(u * u + gamma * gamma * v * v) / (2 * sigma * sigma)),
                      2 * std::numbers::pi * u / wavelength);
  }
};

// theta and theta + 180 degrees give complex conjugate kernels, whose moduli are equal: half the orientations
// do.
std::vector<double> orientations(const GaborFilter& filter) {
  if (!filter.rotation_step) return {filter.theta};
  const int steps = static_cast<int>(std::lround(360 / *filter.rotation_step));
  const int distinct = steps % 2 == 0 ? steps / 2 : steps;
  std::vector<double> thetas;
  for (int step = 0; step < distinct; ++step) thetas.push_back(filter.theta + step * 360.0 / steps);
  return thetas;
}

// Convolution of planes with the Gabor kernels of a filter, by the Fourier transform of the plane with what
// lies beyond its border.
class GaborPlanes {
 public:
  GaborPlanes(const GaborFilter& filter, double spacing, int width, int height)
      : boundary_(filter.boundary), width_(width), height_(height) {
    const double sigma = filter.sigma / spacing;
    const double extent = envelope_cutoff * sigma * std::max(1.0, 1 / filter.gamma);
    require(extent <= farthest_reach,
            "a Gabor filter reaches " + std::to_string(farthest_reach) + " voxels at most");
    reach_ = static_cast<int>(std::ceil(extent));
    size_ = {fast_length(static_cast<std::size_t>(width + 2 * reach_)),
             fast_length(static_cast<std::size_t>(height + 2 * reach_)), 1};
    for (const double theta : orientations(filter)) {
      kernels_.push_back(transformed_kernel(
          {sigma, filter.wavelength / spacing, filter.gamma, theta * std::numbers::pi / 180}));
    }
  }

  // Average of the moduli over the orientations, at voxel (x, y) of the plane: result[y * width + x].
  std::vector<double> response(const std::vector<float>& plane) const {
    ComplexValues spectrum = extended(plane);
    fourier_transform(spectrum, size_);
    std::vector<double> average(plane.size(), 0.0);
    ComplexValues product(spectrum.size());
    for (const ComplexValues& kernel : kernels_) {
      for (std::size_t i = 0; i < product.size(); ++i) product[i] = spectrum[i] * kernel[i];
      inverse_fourier_transform(product, size_);
      add_moduli(product, average);
    }
    for (double& value : average) value /= static_cast<double>(kernels_.size());
    return average;
  }

 private:
  ComplexValues transformed_kernel(const GaborKernel& kernel) const {
    ComplexValues values(size_[0] * size_[1]);
    for (int k2 = -reach_; k2 <= reach_; ++k2) {
      for (int k1 = -reach_; k1 <= reach_; ++k1) {
        const auto x = (static_cast<std::size_t>(k1) + size_[0]) % size_[0];
        const auto y = (static_cast<std::size_t>(k2) + size_[1]) % size_[1];
        values[y * size_[0] + x] = kernel(k1, k2);
      }
    }
    fourier_transform(values, size_);
    return values;
  }

  // The plane from -reach to width + reach; the transform's own period never meets it.
  ComplexValues extended(const std::vector<float>& plane) const {
    ComplexValues values(size_[0] * size_[1]);
    for (int y = -reach_; y < height_ + reach_; ++y) {
      const int row = voxel_at(y, height_, boundary_);
      if (row < 0) continue;
      auto* to = values.data() + static_cast<std::size_t>(y + reach_) * size_[0];
      for (int x = -reach_; x < width_ + reach_; ++x, ++to) {
        const int column = voxel_at(x, width_, boundary_);
        if (column >= 0) *to = plane[static_cast<std::size_t>(row * width_ + column)];
      }
    }
    return values;
  }

  void add_moduli(const ComplexValues& product, std::vector<double>& sum) const {
    std::size_t i = 0;
    for (int y = 0; y < height_; ++y) {
      const auto* from =
          product.data() + static_cast<std::size_t>(y + reach_) * size_[0] + static_cast<std::size_t>(reach_);
      for (int x = 0; x < width_; ++x, ++i, ++from) sum[i] += std::sqrt(std::norm(*from));
    }
  }

  FilterBoundary boundary_;
  int width_;
  int height_;
  int reach_;
  std::array<std::size_t, 3> size_;
  std::vector<ComplexValues> kernels_;
};

void add_responses(const GaborFilter& filter, const Volume& volume, const Plane& plane, double spacing,
                   Volume& sum) {
  const Grid& grid = volume.grid;
  const std::array<std::size_t, 3> steps{
      1, static_cast<std::size_t>(grid.size[0]),
      static_cast<std::size_t>(grid.size[0]) * static_cast<std::size_t>(grid.size[1])};
  const int width = grid.size[plane.first];
  const int height = grid.size[plane.second];
  const GaborPlanes planes(filter, spacing, width, height);
  oneapi::tbb::parallel_for(0, grid.size[plane.across], [&](int index) {
    std::vector<float> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    std::vector<std::size_t> offsets(values.size());
    std::size_t i = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x, ++i) {
        offsets[i] = static_cast<std::size_t>(index) * steps[plane.across] +
                     static_cast<std::size_t>(y) * steps[plane.second] +
                     static_cast<std::size_t>(x) * steps[plane.first];
        values[i] = volume.values[offsets[i]];
      }
    }
    const std::vector<double> responses = planes.response(values);
    for (i = 0; i < responses.size(); ++i) sum.values[offsets[i]] += static_cast<float>(responses[i]);
  });
}

}  // namespace

void check(const GaborFilter& filter) {
  const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
  require(positive(filter.sigma), "sigma of a Gabor filter is greater than 0 mm");
  require(positive(filter.wavelength), "the wavelength of a Gabor filter is greater than 0 mm");
  require(positive(filter.gamma), "gamma of a Gabor filter is greater than 0");
  require(std::isfinite(filter.theta), "theta of a Gabor filter is a number of degrees");
  if (!filter.rotation_step) return;
  const double steps = 360 / *filter.rotation_step;
  require(*filter.rotation_step >= 1 && *filter.rotation_step <= 180 &&
              std::abs(steps - std::round(steps)) < 1e-9,
          "the rotation step of a Gabor filter is from 1 to 180 degrees and divides 360");
}

Volume response(const GaborFilter& filter, const Volume& volume) {
  std::vector<Plane> planes{{0, 1, 2}};
  if (filter.orthogonal_planes) planes.insert(planes.end(), {{0, 2, 1}, {1, 2, 0}});
  const double spacing = isotropic_spacing(volume.grid, filter.orthogonal_planes ? 3 : 2);
  Volume result{volume.grid, std::vector<float>(volume.values.size(), 0.0F)};
  for (const Plane& plane : planes) add_responses(filter, volume, plane, spacing, result);
  for (float& value : result.values) value /= static_cast<float>(planes.size());
  return result;
}

}  // namespace glisson::engine
