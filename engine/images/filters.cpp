#include "engine/images/filters.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "engine/errors.hpp"
#include "engine/images/filter_responses.hpp"

namespace glisson::engine {

namespace {

FilterBoundary boundary(const SimoncelliFilter& /*filter*/) { return FilterBoundary::periodic; }
template <typename AnyFilter>
FilterBoundary boundary(const AnyFilter& filter) {
  return filter.boundary;
}

// The box with what the filter reaches from it, as far as the image goes. What lies beyond the image's border
// stands for voxels near that border, or for those at its other end when it is periodic.
template <typename AnyFilter>
BoundingBox reached_box(const AnyFilter& filter, const Grid& grid, const BoundingBox& box) {
  const Reach reached = reach(filter, grid);
  BoundingBox result;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int last = grid.size[axis] - 1;
    int lower = box.lower[axis] - reached[axis];
    int upper = box.upper[axis] + reached[axis];
    if (boundary(filter) == FilterBoundary::periodic && (lower < 0 || upper > last)) {
      lower = 0;
      upper = last;
    }
    result.lower[axis] = std::max(0, lower);
    result.upper[axis] = std::min(last, upper);
  }
  return result;
}

}  // namespace

void require(bool holds, const std::string& message) {
  if (!holds) throw RejectedInput(RejectionReason::invalid_protocol, message);
}

double isotropic_spacing(const Grid& grid, std::size_t axes) {
  const auto first = grid.spacing.begin();
  const auto [least, most] = std::minmax_element(first, first + static_cast<std::ptrdiff_t>(axes));
  if (*most > 1.01 * *least) {
    std::ostringstream message;
    message << "a filter in mm needs the same spacing along its axes, found " << *least << " and " << *most
            << " mm: resample the image first or filter it slice by slice";
    throw RejectedInput(RejectionReason::invalid_protocol, message.str());
  }
  return grid.spacing[0];
}

Reach uniform_reach(FilterSpace space, int voxels) {
  return {voxels, voxels, space == FilterSpace::volume ? voxels : 0};
}

void check_filter(const Filter& filter) {
  std::visit([](const auto& chosen) { check(chosen); }, filter);
}

Volume apply_filter(const Filter& filter, const Volume& volume) {
  check_filter(filter);
  return std::visit([&](const auto& chosen) { return response(chosen, volume); }, filter);
}

Volume apply_filter(const Filter& filter, const Volume& volume, const BoundingBox& box) {
  check_filter(filter);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (box.lower[axis] < 0 || box.extent(axis) < 1 || box.upper[axis] >= volume.grid.size[axis]) {
      throw std::logic_error("the box exceeds the image");
    }
  }
  return std::visit(
      [&](const auto& chosen) {
        const BoundingBox wide = reached_box(chosen, volume.grid, box);
        const Volume result = response(chosen, crop_to_box(volume, wide));
        return crop_to_box(result, relative_to(box, wide));
      },
      filter);
}

}  // namespace glisson::engine
