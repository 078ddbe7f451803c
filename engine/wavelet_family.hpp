#pragma once

#include <vector>

#include "engine/filters.hpp"

namespace glisson::engine {

/// Decomposition low-pass coefficients g(0), g(1), ... of an orthonormal wavelet (Daubechies, Ten Lectures on
/// Wavelets, tables 6.1 and 8.1): their sum is sqrt(2), the sum of their squares 1.
std::vector<double> low_pass_coefficients(WaveletFamily family);

/// The quadrature mirror high-pass coefficients: h(k) = (-1)^(k+1) g(n - 1 - k).
std::vector<double> high_pass_coefficients(WaveletFamily family);

}  // namespace glisson::engine
