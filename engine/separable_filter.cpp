#include "engine/separable_filter.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace glisson::engine {
namespace {

// A chain on an axis, and the sign by which its response counts.
struct SignedChain {
  KernelChain chain;
  int sign = 1;
};

// The mirrored chain; an antisymmetric kernel stays itself with the sign turned.
SignedChain mirrored(const KernelChain& chain) {
  SignedChain result;
  for (const Kernel& kernel : chain) {
    const Kernel mirror = kernel.mirrored();
    Kernel opposite = mirror;
    for (double& weight : opposite.weights) weight = -weight;
    if (opposite == kernel) {
      result.sign = -result.sign;
      result.chain.push_back(kernel);
    } else {
      result.chain.push_back(mirror);
    }
  }
  return result;
}

// How many rotations give a kernel, and how many its opposite.
struct Count {
  int same = 0;
  int opposite = 0;
};

// The rotated kernels: for each axis an index into `chains`.
struct Orientations {
  std::vector<KernelChain> chains;
  std::map<std::vector<std::size_t>, Count> counts;
  int total = 0;

  std::size_t index(const KernelChain& chain) {
    const auto known = std::find(chains.begin(), chains.end(), chain);
    if (known != chains.end()) return static_cast<std::size_t>(known - chains.begin());
    chains.push_back(chain);
    return chains.size() - 1;
  }

  void add(const SeparableKernel& kernel, const std::vector<std::size_t>& order, unsigned mirrored_axes) {
    std::vector<std::size_t> indices;
    int sign = 1;
    for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
      SignedChain chain{kernel[order[axis]], 1};
      if ((mirrored_axes >> axis & 1U) != 0) chain = mirrored(chain.chain);
      indices.push_back(index(chain.chain));
      sign *= chain.sign;
    }
    Count& count = counts[indices];
    ++(sign > 0 ? count.same : count.opposite);
    ++total;
  }
};

bool is_odd(const std::vector<std::size_t>& order) {
  int inversions = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) inversions += order[i] > order[j] ? 1 : 0;
  }
  return inversions % 2 != 0;
}

// A permutation of the axes with mirrored axes is a rotation when both are even or both are odd.
Orientations orientations_of(const SeparableKernel& kernel, FilterPooling pooling) {
  Orientations orientations;
  std::vector<std::size_t> order(kernel.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (pooling == FilterPooling::none) {
    orientations.add(kernel, order, 0);
    return orientations;
  }
  do {
    for (unsigned mirrored_axes = 0; mirrored_axes < 1U << kernel.size(); ++mirrored_axes) {
      if (is_odd(order) == (std::popcount(mirrored_axes) % 2 != 0)) {
        orientations.add(kernel, order, mirrored_axes);
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return orientations;
}

void apply_chain(const Volume& volume, std::size_t axis, const KernelChain& chain, FilterBoundary boundary,
                 Volume& result) {
  const Volume* from = &volume;
  for (const Kernel& kernel : chain) {
    convolve(*from, axis, kernel, boundary, result);
    from = &result;
  }
}

template <typename Combine>
void combine(Volume& pooled, const Volume& response, const Combine& combination) {
  oneapi::tbb::parallel_for(std::size_t{0}, pooled.values.size(), [&](std::size_t i) {
    pooled.values[i] = combination(pooled.values[i], response.values[i]);
  });
}

void pool(Volume& pooled, const Volume& response, const Count& count, FilterPooling pooling, int total) {
  if (pooling == FilterPooling::average) {
    const float share = static_cast<float>(count.same - count.opposite) / static_cast<float>(total);
    combine(pooled, response, [share](float sum, float value) { return sum + share * value; });
    return;
  }
  if (count.same > 0) {
    combine(pooled, response, [](float most, float value) { return std::max(most, value); });
  }
  if (count.opposite > 0) {
    combine(pooled, response, [](float most, float value) { return std::max(most, -value); });
  }
}

}  // namespace

Volume separable_response(const Volume& volume, const SeparableKernel& kernel, FilterBoundary boundary,
                          FilterPooling pooling) {
  const Orientations orientations = orientations_of(kernel, pooling);
  std::vector<Volume> stages(kernel.size());  // the response after axis x, y, z
  std::optional<Volume> pooled;
  const std::vector<std::size_t>* previous = nullptr;
  for (const auto& [indices, count] : orientations.counts) {
    // Kernels come in the order of their indices, so that what they share along the first axes is done once.
    std::size_t axis = 0;
    while (previous != nullptr && indices[axis] == (*previous)[axis]) ++axis;
    for (; axis < kernel.size(); ++axis) {
      apply_chain(axis == 0 ? volume : stages[axis - 1], axis, orientations.chains[indices[axis]], boundary,
                  stages[axis]);
    }
    previous = &indices;
    if (pooling == FilterPooling::none) return std::move(stages.back());
    if (!pooled) {
      const float start = pooling == FilterPooling::average ? 0 : -std::numeric_limits<float>::infinity();
      pooled = Volume{volume.grid, std::vector<float>(volume.values.size(), start)};
    }
    pool(*pooled, stages.back(), count, pooling, orientations.total);
  }
  return std::move(*pooled);
}

}  // namespace glisson::engine
