#include "engine/images/separable_filter.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace glisson::engine {
namespace {

// What is done along one axis: the responses of the chains are added.
using AxisOperator = std::vector<KernelChain>;

// What a product of axis operators contributes to the pooled response.
struct Share {
  int halves = 0;         // in the average, in halves of a rotation
  bool same = false;      // the maximum takes the response,
  bool opposite = false;  // or the response with its sign turned
};

// Products of axis operators: for each axis an index into `operators`.
struct Products {
  std::vector<AxisOperator> operators;
  std::map<std::vector<std::size_t>, Share> shares;

  Share& share(const std::vector<AxisOperator>& product) {
    std::vector<std::size_t> indices;
    for (const AxisOperator& factor : product) {
      const auto known = std::find(operators.begin(), operators.end(), factor);
      indices.push_back(static_cast<std::size_t>(known - operators.begin()));
      if (known == operators.end()) operators.push_back(factor);
    }
    return shares[indices];
  }
};

Kernel negated(Kernel kernel) {
  for (double& weight : kernel.weights) weight = -weight;
  return kernel;
}

KernelChain mirrored(KernelChain chain) {
  for (Kernel& kernel : chain) kernel = kernel.mirrored();
  return chain;
}

bool is_odd(const std::vector<std::size_t>& order) {
  int inversions = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) inversions += order[i] > order[j] ? 1 : 0;
  }
  return inversions % 2 != 0;
}

void for_each_order(std::size_t axes, const std::function<void(const std::vector<std::size_t>&)>& visit) {
  std::vector<std::size_t> order(axes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  do visit(order);
  while (std::next_permutation(order.begin(), order.end()));
}

// The rotations one by one: a permutation of the axes with mirrored axes is a rotation when both are even or
// both are odd. An antisymmetric kernel in the mirror is itself with the sign turned.
Products rotations(const SeparableKernel& kernel) {
  Products products;
  for_each_order(kernel.size(), [&](const std::vector<std::size_t>& order) {
    for (unsigned mirrored_axes = 0; mirrored_axes < 1U << kernel.size(); ++mirrored_axes) {
      if (is_odd(order) != (std::popcount(mirrored_axes) % 2 != 0)) continue;
      std::vector<AxisOperator> product;
      bool opposite = false;
      for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
        KernelChain chain = kernel[order[axis]];
        if ((mirrored_axes >> axis & 1U) != 0) {
          for (Kernel& factor : chain) {
            const Kernel mirror = factor.mirrored();
            if (negated(mirror) == factor) {
              opposite = !opposite;
            } else {
              factor = mirror;
            }
          }
        }
        product.push_back({chain});
      }
      Share& share = products.share(product);
      (opposite ? share.opposite : share.same) = true;
    }
  });
  return products;
}

// The response to a chain plus `sign` times that to its mirror image; no chain where this is always 0.
AxisOperator with_mirror_image(const KernelChain& chain, int sign) {
  KernelChain mirror = mirrored(chain);
  if (sign < 0) mirror.back() = negated(mirror.back());
  if (chain.size() > 1) return {chain, mirror};
  const Kernel sum = chain.front() + mirror.front();
  if (std::all_of(sum.weights.begin(), sum.weights.end(), [](double weight) { return weight == 0; }))
    return {};
  return {{sum}};
}

// The average of all rotations without going through them one by one. With g' for the mirror image of g,
// those of one order of the axes sum to half of
//   (g1 + g1')(g2 + g2')(g3 + g3') +/- (g1 - g1')(g2 - g2')(g3 - g3'),
// minus for the odd orders. Of kernels that are used on two axes, the second products cancel.
Products mirrored_sums(const SeparableKernel& kernel) {
  Products products;
  for_each_order(kernel.size(), [&](const std::vector<std::size_t>& order) {
    for (const int sign : {1, -1}) {
      std::vector<AxisOperator> product(kernel.size());
      std::transform(order.begin(), order.end(), product.begin(),
                     [&](std::size_t axis) { return with_mirror_image(kernel[axis], sign); });
      if (std::find(product.begin(), product.end(), AxisOperator{}) != product.end()) continue;
      products.share(product).halves += sign < 0 && is_odd(order) ? -1 : 1;
    }
  });
  std::erase_if(products.shares, [](const auto& share) { return share.second.halves == 0; });
  return products;
}

void apply(const Volume& volume, std::size_t axis, const KernelChain& chain, FilterBoundary boundary,
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

void apply(const Volume& volume, std::size_t axis, const AxisOperator& chains, FilterBoundary boundary,
           Volume& result) {
  apply(volume, axis, chains.front(), boundary, result);
  for (std::size_t i = 1; i < chains.size(); ++i) {
    Volume further;
    apply(volume, axis, chains[i], boundary, further);
    combine(result, further, std::plus<>());
  }
}

void pool(Volume& pooled, const Volume& response, const Share& share, FilterPooling pooling,
          std::size_t axes) {
  if (pooling == FilterPooling::average) {
    const int rotations = axes == 2 ? 4 : 24;
    const auto weight = static_cast<float>(0.5 * share.halves / rotations);
    combine(pooled, response, [weight](float sum, float value) { return sum + weight * value; });
    return;
  }
  if (share.same) {
    combine(pooled, response, [](float most, float value) { return std::max(most, value); });
  }
  if (share.opposite) {
    combine(pooled, response, [](float most, float value) { return std::max(most, -value); });
  }
}

Volume unpooled(const Volume& volume, const SeparableKernel& kernel, FilterBoundary boundary) {
  Volume result;
  for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
    apply(axis == 0 ? volume : result, axis, kernel[axis], boundary, result);
  }
  return result;
}

}  // namespace

Volume separable_response(const Volume& volume, const SeparableKernel& kernel, FilterBoundary boundary,
                          FilterPooling pooling) {
  if (pooling == FilterPooling::none) return unpooled(volume, kernel, boundary);
  const bool average = pooling == FilterPooling::average;
  const Products products = average ? mirrored_sums(kernel) : rotations(kernel);
  const float start = average ? 0 : -std::numeric_limits<float>::infinity();
  Volume pooled{volume.grid, std::vector<float>(volume.values.size(), start)};
  std::vector<Volume> stages(kernel.size());  // the response after axis x, y, z
  const std::vector<std::size_t>* previous = nullptr;
  for (const auto& [indices, share] : products.shares) {
    // Products come in the order of their indices, so that what they share along the first axes is done once.
    std::size_t axis = 0;
    while (previous != nullptr && indices[axis] == (*previous)[axis]) ++axis;
    for (; axis < kernel.size(); ++axis) {
      apply(axis == 0 ? volume : stages[axis - 1], axis, products.operators[indices[axis]], boundary,
            stages[axis]);
    }
    previous = &indices;
    pool(pooled, stages.back(), share, pooling, kernel.size());
  }
  return pooled;
}

}  // namespace glisson::engine
