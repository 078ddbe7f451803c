#include <oneapi/tbb/parallel_for.h>

#include <array>
#include <cmath>

#include "engine/images/filter_responses.hpp"
#include "engine/images/gabor_bank.hpp"

namespace glisson::engine {
namespace {

// The two axes of a plane, and the axis across it.
struct Plane {
  std::size_t first;
  std::size_t second;
  std::size_t across;
};

void add_responses(const GaborFilter& filter, const Volume& volume, const Plane& plane, double spacing,
                   Volume& sum) {
  const Grid& grid = volume.grid;
  const std::array<std::size_t, 3> steps{
      1, static_cast<std::size_t>(grid.size[0]),
      static_cast<std::size_t>(grid.size[0]) * static_cast<std::size_t>(grid.size[1])};
  const int width = grid.size[plane.first];
  const int height = grid.size[plane.second];
  const GaborBank bank(filter, spacing, width, height);
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
    const std::vector<float> responses = bank.response(values);
    for (i = 0; i < responses.size(); ++i) sum.values[offsets[i]] += responses[i];
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

Reach reach(const GaborFilter& filter, const Grid& grid) {
  const std::size_t axes = filter.orthogonal_planes ? 3 : 2;
  return uniform_reach(filter.orthogonal_planes ? FilterSpace::volume : FilterSpace::slice,
                       gabor_reach(filter, isotropic_spacing(grid, axes)));
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
