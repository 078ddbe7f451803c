#include "engine/images/recursive_gaussian.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "engine/images/line_groups.hpp"

namespace glisson::engine {
namespace {

// The fourth-order recursive filters of Deriche ("Recursively implementing the Gaussian and its derivatives",
// INRIA 1993) as improved by Farnebaeck and Westin ("Improving Deriche-style recursive Gaussian filters",
// 2006):
//   forward(n)  = sum_{k=0..3} N_k F(n - k) - sum_{k=1..4} D_k forward(n - k)
//   backward(n) = sum_{k=1..4} M_k F(n + k) - sum_{k=1..4} D_k backward(n + k)
// and their sum is the response. The poles D are those of the Gaussian and its derivatives alike.
struct RecursiveFilter {
  std::array<double, 5> forward{};   // N_0 to N_3, 0
  std::array<double, 5> backward{};  // 0, M_1 to M_4
};

struct Gaussian {
  std::array<double, 5> poles{};  // 1, D_1 to D_4
  RecursiveFilter smoothing;
  RecursiveFilter second_derivative;  // times sigma^2 / spacing^2
};

// A term of the exponential series, a cos(w t / s) + b sin(w t / s) times exp(l t / s).
struct Term {
  double a;
  double b;
};
constexpr std::array<double, 2> frequency{0.6681, 2.0787};
constexpr std::array<double, 2> decay{-1.3932, -1.3732};
constexpr std::array<Term, 2> smoothing_terms{{{1.3530, 1.8151}, {-0.3531, 0.0902}}};
constexpr std::array<Term, 2> second_terms{{{-1.3563, 5.2318}, {0.3446, -2.2355}}};

std::array<double, 5> poles_for(double sigma) {
  const double c1 = std::cos(frequency[0] / sigma);
  const double c2 = std::cos(frequency[1] / sigma);
  const double e1 = std::exp(decay[0] / sigma);
  const double e2 = std::exp(decay[1] / sigma);
  return {1, -2 * (e2 * c2 + e1 * c1), 4 * c2 * c1 * e1 * e2 + e1 * e1 + e2 * e2,
          -2 * c1 * e1 * e2 * e2 - 2 * c2 * e2 * e1 * e1, e1 * e1 * e2 * e2};
}

std::array<double, 5> zeros_for(const std::array<Term, 2>& terms, double sigma) {
  const auto [a1, b1] = terms[0];
  const auto [a2, b2] = terms[1];
  const double s1 = std::sin(frequency[0] / sigma);
  const double s2 = std::sin(frequency[1] / sigma);
  const double c1 = std::cos(frequency[0] / sigma);
  const double c2 = std::cos(frequency[1] / sigma);
  const double e1 = std::exp(decay[0] / sigma);
  const double e2 = std::exp(decay[1] / sigma);
  return {a1 + a2, e2 * (b2 * s2 - (a2 + 2 * a1) * c2) + e1 * (b1 * s1 - (a1 + 2 * a2) * c1),
          2 * e1 * e2 * ((a1 + a2) * c2 * c1 - b1 * c2 * s1 - b2 * c1 * s2) + a2 * e1 * e1 + a1 * e2 * e2,
          e2 * e1 * e1 * (b2 * s2 - a2 * c2) + e1 * e2 * e2 * (b1 * s1 - a1 * c1), 0};
}

// sum_k k^power c_k
double moment(const std::array<double, 5>& coefficients, int power) {
  double sum = 0;
  for (std::size_t k = 0; k < 5; ++k) sum += std::pow(static_cast<double>(k), power) * coefficients[k];
  return sum;
}

RecursiveFilter scaled(std::array<double, 5> zeros, const std::array<double, 5>& poles, double factor) {
  RecursiveFilter filter;
  for (std::size_t k = 0; k < 5; ++k) filter.forward[k] = zeros[k] * factor;
  for (std::size_t k = 1; k < 5; ++k) filter.backward[k] = filter.forward[k] - poles[k] * filter.forward[0];
  return filter;
}

// sigma and spacing in mm. The smoothing filter's sum is 1; the second derivative gives 0 for a constant and
// sigma^2 2 a for a x^2.
Gaussian gaussian_filters(double sigma, double spacing) {
  const double s = sigma / spacing;
  Gaussian gaussian;
  gaussian.poles = poles_for(s);
  const auto& poles = gaussian.poles;
  const double sd = moment(poles, 0);
  const double dd = moment(poles, 1);
  const double ed = moment(poles, 2);
  const auto zeros = zeros_for(smoothing_terms, s);
  gaussian.smoothing = scaled(zeros, poles, 1 / (2 * moment(zeros, 0) / sd - zeros[0]));

  auto second = zeros_for(second_terms, s);
  const double beta = -(2 * moment(second, 0) - sd * second[0]) / (2 * moment(zeros, 0) - sd * zeros[0]);
  for (std::size_t k = 0; k < 5; ++k) second[k] += beta * zeros[k];
  const double sn = moment(second, 0);
  const double dn = moment(second, 1);
  const double en = moment(second, 2);
  const double alpha = (en * sd * sd - ed * sn * sd - 2 * dn * dd * sd + 2 * dd * dd * sn) / (sd * sd * sd);
  gaussian.second_derivative = scaled(second, poles, sigma * sigma / (alpha * spacing * spacing));
  return gaussian;
}

// One input of a filter with its part in the response.
struct Input {
  const LineGroup& input;
  const RecursiveFilter& filter;
};

enum class Pass { forward, backward };

// A recursive filter in the transposed direct form, whose response is the sum of those to all inputs. As the
// poles are the same, the inputs share the state.
template <Pass pass, std::size_t Inputs>
class Recursion {
 public:
  Recursion(const std::array<double, 5>& poles, const std::array<std::array<double, 5>, Inputs>& zeros)
      : poles_(poles), zeros_(zeros) {}

  // As if the inputs had been x since ever.
  void settle(const std::array<const Lanes*, Inputs>& x) {
    for (std::size_t i = 0; i < lanes; ++i) {
      double response = 0;
      for (std::size_t n = 0; n < Inputs; ++n)
        response += moment(zeros_[n], 0) / moment(poles_, 0) * (*x[n])[i];
      for (std::size_t k = 4; k >= 1; --k) {
        state_[k][i] = (k == 4 ? 0 : state_[k + 1][i]) - poles_[k] * response;
        for (std::size_t n = 0; n < Inputs; ++n) state_[k][i] += zeros_[n][k] * (*x[n])[i];
      }
    }
  }

  void advance(const std::array<const Lanes*, Inputs>& x, Lanes& response) {
    for (std::size_t i = 0; i < lanes; ++i) {
      double y = state_[1][i];
      if constexpr (pass == Pass::forward) y += weighted(0, x, i);
      state_[1][i] = state_[2][i] + weighted(1, x, i) - poles_[1] * y;
      state_[2][i] = state_[3][i] + weighted(2, x, i) - poles_[2] * y;
      state_[3][i] = state_[4][i] + weighted(3, x, i) - poles_[3] * y;
      state_[4][i] = weighted(4, x, i) - poles_[4] * y;
      if constexpr (pass == Pass::forward) {
        response[i] = y;
      } else {
        response[i] += y;
      }
    }
  }

 private:
  double weighted(std::size_t k, const std::array<const Lanes*, Inputs>& x, std::size_t i) const {
    double sum = zeros_[0][k] * (*x[0])[i];
    for (std::size_t n = 1; n < Inputs; ++n) sum += zeros_[n][k] * (*x[n])[i];
    return sum;
  }

  std::array<double, 5> poles_;
  std::array<std::array<double, 5>, Inputs> zeros_;
  std::array<Lanes, 5> state_{};  // [1] to [4]
};

// The sum of the responses of recursive filters with the same poles, each to its own input.
template <typename... Terms>
void filter_lines(const std::array<double, 5>& poles, LineGroup& response, const Terms&... terms) {
  constexpr std::size_t inputs = sizeof...(Terms);
  const std::size_t last = response.size() - 1;
  const auto samples = [&](std::size_t n) { return std::array<const Lanes*, inputs>{&terms.input[n]...}; };
  Recursion<Pass::forward, inputs> forward(poles, {terms.filter.forward...});
  forward.settle(samples(0));
  for (std::size_t n = 0; n <= last; ++n) forward.advance(samples(n), response[n]);
  Recursion<Pass::backward, inputs> backward(poles, {terms.filter.backward...});
  backward.settle(samples(last));
  for (std::size_t n = last + 1; n-- > 0;) backward.advance(samples(n), response[n]);
}

// With S smoothing and D the second derivative along an axis, the Laplacian is
//   Dx Sy Sz + Sx Dy Sz + Sx Sy Dz = Dx (Sy A) + Sx (Dy A + Sy B)   with A = Sz F, B = Dz F.
class Laplacian {
 public:
  Laplacian(double sigma, const Volume& volume) : size_(volume.grid.size), plane_(extent(0) * extent(1)) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      along_[axis] = gaussian_filters(sigma, volume.grid.spacing[axis]);
    smoothed_.resize(volume.values.size());
    derived_.resize(volume.values.size());
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, extent(1), 4),
                              [&](const auto& rows) { filter_along_z(volume, rows.begin(), rows.end()); });
  }

  // Slice z in rows `first` to `last`.
  std::vector<float> slice(int z, std::size_t first, std::size_t last) const {
    std::vector<float> a(plane_);  // Sy A
    std::vector<float> b(plane_);  // Dy A + Sy B
    filter_along_y(static_cast<std::size_t>(z), a, b);
    LineGroup a_rows(extent(0));
    LineGroup b_rows(extent(0));
    LineGroup response(extent(0));
    for (std::size_t y = first; y <= last; y += lanes) {
      const std::size_t count = std::min(lanes, last + 1 - y);
      load_rows(a.data() + y * extent(0), extent(0), count, a_rows);
      load_rows(b.data() + y * extent(0), extent(0), count, b_rows);
      filter_lines(along_[0].poles, response, Input{a_rows, along_[0].second_derivative},
                   Input{b_rows, along_[0].smoothing});
      store_rows(response, count, a.data() + y * extent(0), extent(0));
    }
    return a;
  }

 private:
  std::size_t extent(std::size_t axis) const { return static_cast<std::size_t>(size_[axis]); }

  void filter_along_z(const Volume& volume, std::size_t first_row, std::size_t end_row) {
    const Gaussian& gaussian = along_[2];
    LineGroup lines(extent(2));
    LineGroup response(extent(2));
    for (std::size_t i = first_row * extent(0); i < end_row * extent(0); i += lanes) {
      const std::size_t count = std::min(lanes, end_row * extent(0) - i);
      load_lines(volume.values.data() + i, plane_, count, lines);
      filter_lines(gaussian.poles, response, Input{lines, gaussian.smoothing});
      store_lines(response, count, smoothed_.data() + i, plane_);
      filter_lines(gaussian.poles, response, Input{lines, gaussian.second_derivative});
      store_lines(response, count, derived_.data() + i, plane_);
    }
  }

  void filter_along_y(std::size_t z, std::vector<float>& a, std::vector<float>& b) const {
    const Gaussian& gaussian = along_[1];
    LineGroup smoothed(extent(1));
    LineGroup derived(extent(1));
    LineGroup response(extent(1));
    for (std::size_t x = 0; x < extent(0); x += lanes) {
      const std::size_t count = std::min(lanes, extent(0) - x);
      load_lines(smoothed_.data() + z * plane_ + x, extent(0), count, smoothed);
      load_lines(derived_.data() + z * plane_ + x, extent(0), count, derived);
      filter_lines(gaussian.poles, response, Input{smoothed, gaussian.smoothing});
      store_lines(response, count, a.data() + x, extent(0));
      filter_lines(gaussian.poles, response, Input{smoothed, gaussian.second_derivative},
                   Input{derived, gaussian.smoothing});
      store_lines(response, count, b.data() + x, extent(0));
    }
  }

  std::array<int, 3> size_;
  std::size_t plane_;
  std::array<Gaussian, 3> along_;
  std::vector<float> smoothed_;  // A
  std::vector<float> derived_;   // B
};

}  // namespace

void compute_laplacian_of_gaussian(const LaplacianOfGaussian& type, const Volume& volume,
                                   const BoundingBox& part, const RowSink& sink) {
  const Laplacian laplacian(type.sigma, volume);
  oneapi::tbb::parallel_for(part.lower[2], part.upper[2] + 1, [&](int z) {
    const std::vector<float> slice =
        laplacian.slice(z, static_cast<std::size_t>(part.lower[1]), static_cast<std::size_t>(part.upper[1]));
    for (int y = part.lower[1]; y <= part.upper[1]; ++y) {
      sink(0, y, z, slice.data() + static_cast<std::ptrdiff_t>(y) * volume.grid.size[0]);
    }
  });
}

}  // namespace glisson::engine
