#include "engine/wavelet_family.hpp"

#include <cmath>
#include <stdexcept>

namespace glisson::engine {

std::vector<double> low_pass_coefficients(WaveletFamily family) {
  switch (family) {
    case WaveletFamily::haar:
      return {std::sqrt(0.5), std::sqrt(0.5)};
    case WaveletFamily::daubechies2: {
      const double scale = 4 * std::sqrt(2);
      const double root = std::sqrt(3);
      return {(1 - root) / scale, (3 - root) / scale, (3 + root) / scale, (1 + root) / scale};
    }
    case WaveletFamily::daubechies3:
      return {0.035226291882100656, -0.08544127388224149, -0.13501102001039084,
              0.4598775021193313,   0.8068915093133388,   0.3326705529509569};
    case WaveletFamily::coiflet1: {
      const double scale = 16 * std::sqrt(2);
      const double root = std::sqrt(7);
      return {(root - 3) / scale,      (1 - root) / scale, (14 - 2 * root) / scale,
              (14 + 2 * root) / scale, (5 + root) / scale, (1 - root) / scale};
    }
  }
  throw std::logic_error("unknown wavelet family");
}

std::vector<double> high_pass_coefficients(WaveletFamily family) {
  const std::vector<double> low = low_pass_coefficients(family);
  std::vector<double> high(low.rbegin(), low.rend());
  for (std::size_t k = 0; k < high.size(); k += 2) high[k] = -high[k];
  return high;
}

}  // namespace glisson::engine
