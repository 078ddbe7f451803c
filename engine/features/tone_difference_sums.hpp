#pragma once

#include <vector>

#include "engine/features/tone_differences.hpp"

namespace glisson::engine {

/// The sums over the rows of a neighbouring grey tone difference matrix, or over pairs of them, that its
/// features are made of (Amadasun and King, IEEE Trans. Syst. Man Cybern. 1989).
struct ToneDifferenceSums {
  double difference = 0;           ///< sum s_i
  double weighted_difference = 0;  ///< sum p_i s_i
  double contrast = 0;             ///< sum sum p_i p_j (i - j)^2
  double busyness = 0;             ///< sum sum |i p_i - j p_j|
  double complexity = 0;           ///< sum sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)
  double strength = 0;             ///< sum sum (p_i + p_j) (i - j)^2
};

/// @param matrix rows of grey levels that occur, p_i greater than 0.
ToneDifferenceSums sums_of(const std::vector<ToneDifference>& matrix);

}  // namespace glisson::engine
