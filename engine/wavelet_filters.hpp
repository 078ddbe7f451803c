#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace glisson::engine {

/// The orthogonal wavelets that the engine knows: "coif1", "db1", "db2", "db3", "db4", "haar".
const std::vector<std::string_view>& wavelet_names();

/// The analysis filters of an orthogonal wavelet with unit energy, in the order in which they are convolved:
///   response(n) = sum_k filter[k] F(n - k)
/// in single precision, rounded as PyWavelets rounds them (dec_lo and dec_hi for float32).
struct WaveletFilters {
  std::vector<float> low_pass;
  std::vector<float> high_pass;
};

/// @throws std::logic_error for a name that wavelet_names() does not hold.
WaveletFilters wavelet_filters(std::string_view name);

}  // namespace glisson::engine
