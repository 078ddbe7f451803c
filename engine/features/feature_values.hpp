#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/feature.hpp"

namespace glisson::engine {

/// A feature as its class computes it, before image type and class are prefixed to its name.
struct FeatureValue {
  std::string_view name;  ///< PyRadiomics name, e.g. "Sphericity".
  std::optional<double> value;
  std::optional<UndefinedReason> reason;
  bool as_ibsi = true;  ///< False where the definition equals IBSI's for other regions, but not for this one.
};

using FeatureValues = std::vector<FeatureValue>;

inline FeatureValue undefined(std::string_view name, UndefinedReason reason) {
  return {name, std::nullopt, reason};
}

/// A value that stands for an undefined one under PyRadiomics' convention, flagged with the reason.
inline FeatureValue sentinel(std::string_view name, double value, UndefinedReason reason) {
  return {name, value, reason};
}

/// p log2(p + e), where e is the distance from 1 to the next double, as PyRadiomics adds it; 0 for p = 0.
inline double p_log2_p(double p) { return p * std::log2(p + std::numeric_limits<double>::epsilon()); }

}  // namespace glisson::engine
