#include "engine/images/image_types.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "engine/images/intensity_transforms.hpp"
#include "engine/images/recursive_gaussian.hpp"
#include "engine/images/stationary_wavelet.hpp"

namespace glisson::engine {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

// "log-sigma-1-0-mm-3D": as many decimals as the number has, one at least.
std::string name_of(const LaplacianOfGaussian& type) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.10g", type.sigma);
  std::string sigma(text.data());
  if (sigma.find('.') == std::string::npos) sigma += ".0";
  std::replace(sigma.begin(), sigma.end(), '.', '-');
  return "log-sigma-" + sigma + "-mm-3D";
}

std::vector<std::string> names_of(const Wavelet& type) {
  std::vector<std::string> names;
  for (int level = 1; level <= type.levels; ++level) {
    const std::string prefix = level == 1 ? "wavelet-" : "wavelet" + std::to_string(level) + "-";
    for (const char* band : {"LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH"}) names.push_back(prefix + band);
    if (level == type.levels) names.push_back(prefix + "LLL");
  }
  return names;
}

template <typename Transform>
void compute_transformed(const Transform& type, const Volume& volume, const BoundingBox& part,
                         const RowSink& sink) {
  const double largest = largest_magnitude(volume);
  oneapi::tbb::parallel_for(part.lower[2], part.upper[2] + 1, [&](int z) {
    std::vector<float> row(static_cast<std::size_t>(volume.grid.size[0]));
    for (int y = part.lower[1]; y <= part.upper[1]; ++y) {
      const float* source = volume.values.data() + volume.grid.offset(0, y, z);
      std::transform(source, source + row.size(), row.begin(),
                     [&](float x) { return static_cast<float>(transformed(type, x, largest)); });
      sink(0, y, z, row.data());
    }
  });
}

}  // namespace

std::vector<std::string> response_names(const ImageType& type) {
  using Names = std::vector<std::string>;
  return std::visit(Overloaded{[](const Original&) { return Names{"original"}; },
                               [](const LaplacianOfGaussian& log) { return Names{name_of(log)}; },
                               [](const Wavelet& wavelet) { return names_of(wavelet); },
                               [](const Square&) { return Names{"square"}; },
                               [](const SquareRoot&) { return Names{"squareroot"}; },
                               [](const Logarithm&) { return Names{"logarithm"}; },
                               [](const Exponential&) { return Names{"exponential"}; },
                               [](const Gradient&) { return Names{"gradient"}; }},
                    type);
}

bool has_response(const ImageType& type, const Grid& grid) {
  const auto* log = std::get_if<LaplacianOfGaussian>(&type);
  if (log == nullptr) return true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (grid.size[axis] < std::max(4.0, std::ceil(log->sigma / grid.spacing[axis]) + 1)) return false;
  }
  return true;
}

bool transforms_intensities(const ImageType& type) {
  return !std::holds_alternative<LaplacianOfGaussian>(type) && !std::holds_alternative<Wavelet>(type) &&
         !std::holds_alternative<Gradient>(type);
}

void compute_responses(const ImageType& type, const Volume& volume, const BoundingBox& part,
                       const RowSink& sink) {
  if (!has_response(type, volume.grid)) throw std::logic_error("the image is too small for the filter");
  std::visit(
      Overloaded{
          [&](const LaplacianOfGaussian& log) { compute_laplacian_of_gaussian(log, volume, part, sink); },
          [&](const Wavelet& wavelet) { compute_wavelet_responses(wavelet, volume, part, sink); },
          [&](const Gradient&) { compute_gradient_magnitude(volume, part, sink); },
          [&](const auto& transform) { compute_transformed(transform, volume, part, sink); }},
      type);
}

std::vector<double> transformed_intensities(const ImageType& type, std::span<const float> intensities,
                                            double largest) {
  std::vector<double> result(intensities.size());
  std::visit(Overloaded{[](const LaplacianOfGaussian&) {}, [](const Wavelet&) {}, [](const Gradient&) {},
                        [&](const auto& transform) {
                          std::transform(intensities.begin(), intensities.end(), result.begin(),
                                         [&](double x) { return transformed(transform, x, largest); });
                        }},
             type);
  return result;
}

std::vector<Volume> response_maps(const ImageType& type, const Volume& volume) {
  std::vector<Volume> maps(response_names(type).size());
  for (Volume& map : maps) map = {volume.grid, std::vector<float>(volume.grid.voxel_count())};
  const auto& size = volume.grid.size;
  compute_responses(type, volume, {{}, {size[0] - 1, size[1] - 1, size[2] - 1}},
                    [&](std::size_t map, int y, int z, const float* row) {
                      std::copy_n(row, size[0], maps[map].values.data() + volume.grid.offset(0, y, z));
                    });
  return maps;
}

}  // namespace glisson::engine
