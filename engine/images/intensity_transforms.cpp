#include "engine/images/intensity_transforms.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace glisson::engine {

double largest_magnitude(const Volume& volume) {
  float largest = 0;
  for (const float x : volume.values) largest = std::max(largest, std::abs(x));
  return largest;
}

double transformed(const Original&, double intensity, double) { return intensity; }

double transformed(const Square&, double intensity, double largest) {
  if (largest == 0) return 0;
  const double scaled = 1 / std::sqrt(largest) * intensity;
  return scaled * scaled;
}

double transformed(const SquareRoot&, double intensity, double largest) {
  return std::copysign(std::sqrt(std::abs(intensity) * largest), intensity);
}

double transformed(const Logarithm&, double intensity, double largest) {
  if (largest == 0) return 0;
  // log1p: of intensities far below 1, nothing but 0 would be left, and 0 / 0.
  const double logarithm = std::log1p(std::abs(intensity));
  return std::copysign(logarithm * (largest / std::log1p(largest)), intensity);
}

double transformed(const Exponential&, double intensity, double largest) {
  return largest > 0 ? std::exp(std::log(largest) / largest * intensity) : 1;
}

void compute_gradient_magnitude(const Volume& volume, const BoundingBox& part, const RowSink& sink) {
  const auto& size = volume.grid.size;
  const auto source = [&](int y, int z) {
    return volume.values.data() +
           volume.grid.offset(0, std::clamp(y, 0, size[1] - 1), std::clamp(z, 0, size[2] - 1));
  };
  std::array<double, 3> weight{};
  for (std::size_t axis = 0; axis < 3; ++axis) weight[axis] = 0.5 / volume.grid.spacing[axis];
  oneapi::tbb::parallel_for(part.lower[2], part.upper[2] + 1, [&](int z) {
    std::vector<float> row(static_cast<std::size_t>(size[0]));
    for (int y = part.lower[1]; y <= part.upper[1]; ++y) {
      const float* here = source(y, z);
      const std::array<const float*, 2> along_y{source(y - 1, z), source(y + 1, z)};
      const std::array<const float*, 2> along_z{source(y, z - 1), source(y, z + 1)};
      for (int x = part.lower[0]; x <= part.upper[0]; ++x) {
        const double dx =
            weight[0] * (static_cast<double>(here[std::min(x + 1, size[0] - 1)]) - here[std::max(x - 1, 0)]);
        const double dy = weight[1] * (static_cast<double>(along_y[1][x]) - along_y[0][x]);
        const double dz = weight[2] * (static_cast<double>(along_z[1][x]) - along_z[0][x]);
        row[static_cast<std::size_t>(x)] = static_cast<float>(std::sqrt(dx * dx + dy * dy + dz * dz));
      }
      sink(0, y, z, row.data());
    }
  });
}

}  // namespace glisson::engine
