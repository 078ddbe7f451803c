#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/images/filter_responses.hpp"
#include "engine/images/fourier.hpp"
#include "engine/images/separable_filter.hpp"

namespace glisson::engine {
namespace {

constexpr int highest_level = 16;

// Squared frequency of each index of the transform. Index 0 is the middle of the range from -1 to 1, the
// second of the two middle ones when the length is even.
std::vector<double> squared_frequencies(std::size_t length) {
  std::vector<double> squares(length);
  const double intervals = std::max<double>(1, static_cast<double>(length) - 1);
  for (std::size_t k = 0; k < length; ++k) {
    const std::size_t place = (k + length / 2) % length;
    const double frequency = length == 1 ? 0 : 2 * static_cast<double>(place) / intervals - 1;
    squares[k] = frequency * frequency;
  }
  return squares;
}

double transfer(double frequency, double largest) {
  if (frequency <= largest / 4 || frequency > largest) return 0;
  return std::cos(std::numbers::pi / 2 * std::log2(2 * frequency / largest));
}

}  // namespace

void check(const SimoncelliFilter& filter) {
  require(filter.level >= 1 && filter.level <= highest_level,
          "the level of a Simoncelli filter is from 1 to " + std::to_string(highest_level));
}

Reach reach(const SimoncelliFilter& filter, const Grid& grid) {
  return {grid.size[0], grid.size[1], filter.space == FilterSpace::volume ? grid.size[2] : 0};
}

Volume response(const SimoncelliFilter& filter, const Volume& volume) {
  const auto& grid = volume.grid;
  const auto nx = static_cast<std::size_t>(grid.size[0]);
  const auto ny = static_cast<std::size_t>(grid.size[1]);
  const auto nz = static_cast<std::size_t>(grid.size[2]);
  const std::size_t depth = filter.space == FilterSpace::slice ? 1 : nz;
  const std::array<std::size_t, 3> size{nx, ny, depth};
  const double largest = std::pow(0.5, filter.level - 1);
  const auto fx = squared_frequencies(nx);
  const auto fy = squared_frequencies(ny);
  const auto fz = squared_frequencies(depth);

  Volume result{grid, std::vector<float>(volume.values.size())};
  ComplexValues values(nx * ny * depth);
  for (std::size_t first = 0; first < result.values.size(); first += values.size()) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = volume.values[first + i];
    fourier_transform(values, size);
    auto* value = values.data();
    for (std::size_t z = 0; z < depth; ++z) {
      for (std::size_t y = 0; y < ny; ++y) {
        for (std::size_t x = 0; x < nx; ++x)
          *value++ *= static_cast<float>(transfer(std::sqrt(fx[x] + fy[y] + fz[z]), largest));
      }
    }
    inverse_fourier_transform(values, size);
    for (std::size_t i = 0; i < values.size(); ++i) {
      result.values[first + i] = values[i].real();
    }
  }
  return result;
}

}  // namespace glisson::engine
