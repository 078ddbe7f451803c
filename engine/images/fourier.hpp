#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <vector>

namespace glisson::engine {

/// Values on a grid, x fastest, then y, then z.
using ComplexValues = std::vector<std::complex<float>>;

/// Discrete Fourier transform along every axis, in place, of any size; sums are made in double:
///   F(q) = sum over k of f(k) exp(-2 pi i q k / n).
void fourier_transform(ComplexValues& values, const std::array<std::size_t, 3>& size);

/// Its inverse, the factor 1/n of every axis included.
void inverse_fourier_transform(ComplexValues& values, const std::array<std::size_t, 3>& size);

}  // namespace glisson::engine
