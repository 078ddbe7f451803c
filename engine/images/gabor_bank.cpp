#include "engine/images/gabor_bank.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "engine/errors.hpp"
#include "engine/images/convolution.hpp"
#include "engine/images/filter_responses.hpp"

namespace glisson::engine {
namespace {

// The envelope beyond 6 standard deviations is below 1.6e-8 of its centre, as is what is left out of its
// spectrum.
constexpr double envelope_cutoff = 6;
// Values of all kernels of a bank; 400 MB.
constexpr double most_kernel_values = 1e8;
constexpr float spectrum_cutoff = 1e-8F;

std::size_t extended_length(int length, int reach) {
  return fast_fourier_length(static_cast<std::size_t>(length) + 2 * static_cast<std::size_t>(reach));
}

// theta and theta + 180 degrees give complex conjugate kernels, whose moduli are equal: half the orientations
// do.
std::vector<double> orientations(const GaborFilter& filter) {
  if (!filter.rotation_step) return {filter.theta};
  const int steps = static_cast<int>(std::lround(360 / *filter.rotation_step));
  const int distinct = steps % 2 == 0 ? steps / 2 : steps;
  std::vector<double> thetas(static_cast<std::size_t>(distinct), filter.theta);
  for (std::size_t step = 0; step < thetas.size(); ++step) {
    thetas[step] += static_cast<double>(step) * 360 / steps;
  }
  return thetas;
}

}  // namespace

int gabor_reach(const GaborFilter& filter, double spacing) {
  const double extent = envelope_cutoff * filter.sigma / spacing * std::max(1.0, 1 / filter.gamma);
  require(extent <= farthest_reach,
          "a Gabor filter reaches " + std::to_string(farthest_reach) + " voxels at most");
  return static_cast<int>(std::ceil(extent));
}

// What one plane needs while it is convolved.
struct GaborBank::Workspace {
  ComplexValues inside;  // rows of the plane proper, columns of the extended plane
  FourierBlock column_block, column_work;
  FourierBlock row_block, row_work;
};

GaborBank::GaborBank(const GaborFilter& filter, double spacing, int width, int height)
    : boundary_(filter.boundary),
      width_(width),
      height_(height),
      reach_(gabor_reach(filter, spacing)),
      size_{extended_length(width, reach_), extended_length(height, reach_), 1},
      rows_(size_[0]),
      columns_(size_[1]) {
  const std::vector<double> thetas = orientations(filter);
  if (static_cast<double>(size_[0] * size_[1] * thetas.size()) > most_kernel_values) {
    throw RejectedInput(
        RejectionReason::too_much_memory,
        "the kernels of a Gabor filter need more than 400 MB: fewer orientations, or a smaller sigma");
  }
  for (const double theta : thetas) {
    kernels_.push_back(spectrum_of(filter.sigma / spacing, filter.wavelength / spacing, filter.gamma,
                                   theta * std::numbers::pi / 180));
  }
}

GaborBank::Spectrum GaborBank::spectrum_of(double sigma, double wavelength, double gamma,
                                           double theta) const {
  ComplexValues values(size_[0] * size_[1]);
  for (int k2 = -reach_; k2 <= reach_; ++k2) {
    for (int k1 = -reach_; k1 <= reach_; ++k1) {
      const double u = k1 * std::cos(theta) + k2 * std::sin(theta);
      const double v = -k1 * std::sin(theta) + k2 * std::cos(theta);
      const auto x = (static_cast<std::size_t>(k1) + size_[0]) % size_[0];
      const auto y = (static_cast<std::size_t>(k2) + size_[1]) % size_[1];
      values[y * size_[0] + x] =
          std::complex<float>(std::polar(std::exp(-(u * u + gamma * gamma * v * v) / (2 * sigma * sigma)),
                                         2 * std::numbers::pi * u / wavelength));
    }
  }
  fourier_transform(values, size_);

  std::vector<float> largest(size_[0]);  // of each column
  for (std::size_t i = 0; i < values.size(); ++i) {
    float& most = largest[i % size_[0]];
    most = std::max(most, std::abs(values[i].real()));
  }
  const float threshold = spectrum_cutoff * *std::max_element(largest.begin(), largest.end());
  Spectrum spectrum;
  for (std::size_t x = 0; x < size_[0]; ++x) {
    if (largest[x] > threshold) spectrum.columns.push_back(x);
  }
  for (std::size_t y = 0; y < size_[1]; ++y) {
    for (const std::size_t x : spectrum.columns) spectrum.values.push_back(values[y * size_[0] + x].real());
  }
  return spectrum;
}

std::vector<float> GaborBank::response(const std::vector<float>& plane) const {
  ComplexValues transformed = extended(plane);
  fourier_transform(transformed, size_);
  Workspace workspace{ComplexValues(static_cast<std::size_t>(height_) * size_[0]), columns_.block(),
                      columns_.block(), rows_.block(), rows_.block()};
  std::vector<double> sum(plane.size(), 0.0);
  for (const Spectrum& kernel : kernels_) {
    transform_columns(transformed, kernel, workspace);
    add_moduli(workspace, sum);
  }
  const double scale = 1 / static_cast<double>(size_[0] * size_[1] * kernels_.size());
  std::vector<float> average(plane.size());
  std::transform(sum.begin(), sum.end(), average.begin(),
                 [=](double value) { return static_cast<float>(scale * value); });
  return average;
}

// The plane from -reach to width + reach; the transform's own period never meets it.
ComplexValues GaborBank::extended(const std::vector<float>& plane) const {
  ComplexValues values(size_[0] * size_[1]);
  for (int y = -reach_; y < height_ + reach_; ++y) {
    const int row = voxel_at(y, height_, boundary_);
    if (row < 0) continue;
    const float* const from = plane.data() + static_cast<std::ptrdiff_t>(row) * width_;
    auto* to = values.data() + static_cast<std::size_t>(y + reach_) * size_[0];
    for (int x = -reach_; x < width_ + reach_; ++x, ++to) {
      const int column = voxel_at(x, width_, boundary_);
      if (column >= 0) *to = from[column];
    }
  }
  return values;
}

// Inverse transform along the columns of the product of plane and kernel; of the rows only those of the plane
// proper are kept.
void GaborBank::transform_columns(const ComplexValues& plane, const Spectrum& kernel,
                                  Workspace& workspace) const {
  FourierBlock& block = workspace.column_block;
  const std::size_t columns = kernel.columns.size();
  std::fill(workspace.inside.begin(), workspace.inside.end(), 0.0F);
  for (std::size_t first = 0; first < columns; first += fourier_lanes) {
    const std::size_t lanes = std::min(fourier_lanes, columns - first);
    for (std::size_t y = 0; y < size_[1]; ++y) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::complex<float> value = plane[y * size_[0] + kernel.columns[first + lane]];
        const double gain = kernel.values[y * columns + first + lane];
        block.real[y * fourier_lanes + lane] = gain * value.real();
        block.imaginary[y * fourier_lanes + lane] = gain * value.imag();
      }
    }
    columns_.inverse(block, workspace.column_work);
    for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
      const std::size_t from = (y + static_cast<std::size_t>(reach_)) * fourier_lanes;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        workspace.inside[y * size_[0] + kernel.columns[first + lane]] = {
            static_cast<float>(block.real[from + lane]), static_cast<float>(block.imaginary[from + lane])};
      }
    }
  }
}

// Inverse transform along the rows; adds the moduli within the plane proper.
void GaborBank::add_moduli(Workspace& workspace, std::vector<double>& sum) const {
  FourierBlock& block = workspace.row_block;
  const auto height = static_cast<std::size_t>(height_);
  const auto width = static_cast<std::size_t>(width_);
  for (std::size_t first = 0; first < height; first += fourier_lanes) {
    const std::size_t lanes = std::min(fourier_lanes, height - first);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto* row = workspace.inside.data() + (first + lane) * size_[0];
      for (std::size_t x = 0; x < size_[0]; ++x) {
        block.real[x * fourier_lanes + lane] = row[x].real();
        block.imaginary[x * fourier_lanes + lane] = row[x].imag();
      }
    }
    rows_.inverse(block, workspace.row_work);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      for (std::size_t x = 0; x < width; ++x) {
        const std::size_t i = (x + static_cast<std::size_t>(reach_)) * fourier_lanes + lane;
        sum[(first + lane) * width + x] +=
            std::sqrt(block.real[i] * block.real[i] + block.imaginary[i] * block.imaginary[i]);
      }
    }
  }
}

}  // namespace glisson::engine
