#include <algorithm>

#include "engine/images/convolution.hpp"
#include "engine/images/filter_responses.hpp"
#include "engine/images/separable_filter.hpp"
#include "engine/images/wavelet_filters.hpp"

namespace glisson::engine {
namespace {

// The kernel of level 7 of the longest wavelet has 512 weights.
constexpr int highest_level = 7;

// The kernel of a level: zeros between the coefficients.
Kernel dilated(const std::vector<double>& coefficients, int level) {
  const std::size_t step = std::size_t{1} << (level - 1);
  std::vector<double> weights(coefficients.size() * step, 0.0);
  for (std::size_t k = 0; k < coefficients.size(); ++k) weights[k * step] = coefficients[k];
  return centred_kernel(std::move(weights));
}

}  // namespace

void check(const SeparableWaveletFilter& filter) {
  const auto& names = wavelet_names();
  require(std::find(names.begin(), names.end(), filter.wavelet) != names.end(),
          "the wavelet of a wavelet filter is one of coif1, db1, db2, db3, db4 and haar");
  const std::size_t axes = dimensions(filter.space);
  require(filter.subband.size() == axes && filter.subband.find_first_not_of("LH") == std::string::npos,
          "the subband of a wavelet filter has " + std::to_string(axes) + " letters L or H");
  require(filter.level >= 1 && filter.level <= highest_level,
          "the level of a wavelet filter is from 1 to " + std::to_string(highest_level));
}

// Kernels of the levels have n, 2n, 4n, ... weights and reach at most half of them, or as many when mirrored
// about their second middle voxel.
Reach reach(const SeparableWaveletFilter& filter, const Grid& /*grid*/) {
  const int length = static_cast<int>(wavelet_filters(filter.wavelet).low_pass.size());
  return uniform_reach(filter.space, length / 2 * ((1 << filter.level) - 1));
}

Volume response(const SeparableWaveletFilter& filter, const Volume& volume) {
  const auto [low, high] = wavelet_filters(filter.wavelet);
  SeparableKernel kernel;
  for (const char letter : filter.subband) {
    KernelChain chain;
    for (int level = 1; level < filter.level; ++level) chain.push_back(dilated(low, level));
    chain.push_back(dilated(letter == 'L' ? low : high, filter.level));
    kernel.push_back(std::move(chain));
  }
  return separable_response(volume, kernel, filter.boundary, filter.pooling);
}

}  // namespace glisson::engine
