#include "engine/features/zone_sizes.hpp"

#include "engine/features/zones.hpp"

namespace glisson::engine {

std::vector<GreyLevelExtent> size_zone_matrix(const GreyLevelRegion& region) {
  return zone_matrix(region, 0, [](int size, std::size_t) { return size + 1; });
}

}  // namespace glisson::engine
