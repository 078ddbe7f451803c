#include "engine/features/distance_weighting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace glisson::engine {

const std::vector<std::string_view>& weighting_norm_names() {
  static const std::vector<std::string_view> names{"manhattan", "euclidean", "infinity", "no_weighting"};
  return names;
}

double DistanceWeighting::length(const Direction& direction) const {
  std::array<double, 3> d{};
  for (std::size_t axis = 0; axis < 3; ++axis) d[axis] = std::abs(direction[axis]) * spacing[axis];
  switch (norm) {
    case WeightingNorm::manhattan:
      return d[0] + d[1] + d[2];
    case WeightingNorm::euclidean:
      return std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    case WeightingNorm::infinity:
      return std::ranges::max(d);
    case WeightingNorm::no_weighting:
      break;
  }
  return 1;
}

}  // namespace glisson::engine
