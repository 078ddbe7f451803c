#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "engine/images/convolution.hpp"
#include "engine/images/filter_responses.hpp"
#include "engine/images/separable_filter.hpp"

namespace glisson::engine {
namespace {

struct LawsKernel {
  std::string_view name;
  std::vector<double> weights;  // before the division by their Euclidean norm
};

const std::array<LawsKernel, 8>& laws_kernels() {
  static const std::array<LawsKernel, 8> kernels{{{"L3", {1, 2, 1}},
                                                  {"L5", {1, 4, 6, 4, 1}},
                                                  {"E3", {-1, 0, 1}},
                                                  {"E5", {-1, -2, 0, 2, 1}},
                                                  {"S3", {-1, 2, -1}},
                                                  {"S5", {-1, 0, 2, 0, -1}},
                                                  {"W5", {-1, 2, 0, -2, 1}},
                                                  {"R5", {1, -4, 6, -4, 1}}}};
  return kernels;
}

const LawsKernel* find_kernel(std::string_view name) {
  const auto& kernels = laws_kernels();
  const auto* const found =
      std::find_if(kernels.begin(), kernels.end(), [=](const LawsKernel& k) { return k.name == name; });
  return found == kernels.end() ? nullptr : found;
}

Kernel normalised(const LawsKernel& kernel) {
  double squares = 0;
  for (const double weight : kernel.weights) squares += weight * weight;
  std::vector<double> weights = kernel.weights;
  for (double& weight : weights) weight /= std::sqrt(squares);
  return centred_kernel(std::move(weights));
}

}  // namespace

void check(const LawsFilter& filter) {
  const std::size_t axes = dimensions(filter.space);
  bool known = filter.kernels.size() == 2 * axes;
  for (std::size_t axis = 0; known && axis < axes; ++axis) {
    known = find_kernel(std::string_view(filter.kernels).substr(2 * axis, 2)) != nullptr;
  }
  require(known,
          "a Laws filter names " + std::to_string(axes) + " kernels of L3, L5, E3, E5, S3, S5, W5, R5");
  require(
      !filter.energy_distance || (*filter.energy_distance >= 1 && *filter.energy_distance <= farthest_reach),
      "the distance of a texture energy is from 1 to " + std::to_string(farthest_reach) + " voxels");
}

Reach reach(const LawsFilter& filter, const Grid& /*grid*/) {
  constexpr int longest_kernel = 2;
  return uniform_reach(filter.space, longest_kernel + filter.energy_distance.value_or(0));
}

Volume response(const LawsFilter& filter, const Volume& volume) {
  SeparableKernel kernel;
  for (std::size_t axis = 0; axis < dimensions(filter.space); ++axis) {
    kernel.push_back({normalised(*find_kernel(std::string_view(filter.kernels).substr(2 * axis, 2)))});
  }
  Volume result = separable_response(volume, kernel, filter.boundary, filter.pooling);
  if (!filter.energy_distance) return result;
  for (float& value : result.values) value = std::abs(value);
  return response(MeanFilter{filter.space, filter.boundary, 2 * *filter.energy_distance + 1}, result);
}

}  // namespace glisson::engine
