#include "engine/images/filter_margin.hpp"

#include <algorithm>

#include "engine/images/filter_responses.hpp"
#include "engine/images/interpolation.hpp"

namespace glisson::engine {
namespace {

constexpr double local_intensity = 7;  // mm; a sphere of 1 cm^3 has a radius of 6.2 mm

Grid processed_grid(const IbsiSettings& settings, const Grid& image) {
  if (!settings.spacing) return image;
  Vector3 spacing = *settings.spacing;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (spacing[axis] == 0) spacing[axis] = image.spacing[axis];
  }
  return centred_grid(image, spacing);
}

// A periodic image goes on with voxels of its other end.
bool is_periodic(const Filter& filter) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.boundary; }) {
          return kind.boundary == FilterBoundary::periodic;
        } else {
          return true;
        }
      },
      filter);
}

}  // namespace

std::optional<double> needed_margin(const IbsiExtraction& extraction, const Grid& image) {
  double margin = std::max(local_intensity, extraction.processing.margin.value_or(0));
  if (extraction.filters.empty()) return margin;
  const Grid grid = processed_grid(extraction.processing, image);
  for (const NamedFilter& named : extraction.filters) {
    if (is_periodic(named.filter)) return std::nullopt;
    const Reach voxels =
        std::visit([&grid](const auto& filter) { return reach(filter, grid); }, named.filter);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (voxels[axis] >= grid.size[axis]) return std::nullopt;
      margin = std::max(margin, (voxels[axis] + 1) * grid.spacing[axis]);
    }
  }
  return margin;
}

}  // namespace glisson::engine
