#include "engine/features/tone_difference_sums.hpp"

#include <cmath>

namespace glisson::engine {

ToneDifferenceSums sums_of(const std::vector<ToneDifference>& matrix) {
  ToneDifferenceSums sums;
  for (const ToneDifference& a : matrix) {
    sums.difference += a.difference;
    sums.weighted_difference += a.probability * a.difference;
    for (const ToneDifference& b : matrix) {
      const double d = a.level - b.level;
      const double p = a.probability + b.probability;
      sums.contrast += a.probability * b.probability * d * d;
      sums.busyness += std::abs(a.level * a.probability - b.level * b.probability);
      sums.complexity += std::abs(d) * (a.probability * a.difference + b.probability * b.difference) / p;
      sums.strength += p * d * d;
    }
  }
  return sums;
}

}  // namespace glisson::engine
