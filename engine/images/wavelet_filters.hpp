#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace glisson::engine {

/// The orthogonal wavelets that the engine knows: "coif1", "db1", "db2", "db3", "db4", "haar".
const std::vector<std::string_view>& wavelet_names();

/// The analysis filters of an orthogonal wavelet with unit energy, in the order in which they are convolved:
///   response(n) = sum_k filter[k] F(n - k)
/// (PyWavelets dec_lo and dec_hi).
template <typename Real>
struct AnalysisFilters {
  std::vector<Real> low_pass;
  std::vector<Real> high_pass;
};
using WaveletFilters = AnalysisFilters<double>;

/// @throws std::logic_error for a name that wavelet_names() does not hold.
WaveletFilters wavelet_filters(std::string_view name);

/// The same in single precision, rounded as PyWavelets rounds them for float32.
AnalysisFilters<float> single_precision_wavelet_filters(std::string_view name);

}  // namespace glisson::engine
