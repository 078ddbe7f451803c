#include "engine/images/fourier_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace glisson::engine {
namespace {

// sin(60), and cos and sin of 72 and 144 degrees.
constexpr double sin_60 = 0.86602540378443864676;
constexpr double cos_72 = 0.30901699437494742410;
constexpr double sin_72 = 0.95105651629515357212;
constexpr double cos_144 = -0.80901699437494742410;
constexpr double sin_144 = 0.58778525229247312917;

template <int radix>
struct Points {
  double real[radix];
  double imaginary[radix];
};

// Discrete Fourier transforms of a few points, in place.
inline void butterfly(Points<2>& p) {
  const auto both = [](double(&v)[2]) {
    const double difference = v[0] - v[1];
    v[0] += v[1];
    v[1] = difference;
  };
  both(p.real);
  both(p.imaginary);
}

inline void butterfly(Points<3>& p) {
  const double sum_r = p.real[1] + p.real[2];
  const double sum_i = p.imaginary[1] + p.imaginary[2];
  const double turn_r = sin_60 * (p.imaginary[1] - p.imaginary[2]);
  const double turn_i = sin_60 * (p.real[2] - p.real[1]);
  const double rest_r = p.real[0] - 0.5 * sum_r;
  const double rest_i = p.imaginary[0] - 0.5 * sum_i;
  p = {{p.real[0] + sum_r, rest_r + turn_r, rest_r - turn_r},
       {p.imaginary[0] + sum_i, rest_i + turn_i, rest_i - turn_i}};
}

inline void butterfly(Points<4>& p) {
  const double even_r = p.real[0] + p.real[2];
  const double even_i = p.imaginary[0] + p.imaginary[2];
  const double odd_r = p.real[1] + p.real[3];
  const double odd_i = p.imaginary[1] + p.imaginary[3];
  const double rest_r = p.real[0] - p.real[2];
  const double rest_i = p.imaginary[0] - p.imaginary[2];
  const double turn_r = p.imaginary[1] - p.imaginary[3];
  const double turn_i = p.real[3] - p.real[1];
  p = {{even_r + odd_r, rest_r + turn_r, even_r - odd_r, rest_r - turn_r},
       {even_i + odd_i, rest_i + turn_i, even_i - odd_i, rest_i - turn_i}};
}

inline void butterfly(Points<5>& p) {
  const double outer_r = p.real[1] + p.real[4];
  const double outer_i = p.imaginary[1] + p.imaginary[4];
  const double inner_r = p.real[2] + p.real[3];
  const double inner_i = p.imaginary[2] + p.imaginary[3];
  const double outer_dr = p.real[1] - p.real[4];
  const double outer_di = p.imaginary[1] - p.imaginary[4];
  const double inner_dr = p.real[2] - p.real[3];
  const double inner_di = p.imaginary[2] - p.imaginary[3];
  const double first_r = p.real[0] + cos_72 * outer_r + cos_144 * inner_r;
  const double first_i = p.imaginary[0] + cos_72 * outer_i + cos_144 * inner_i;
  const double second_r = p.real[0] + cos_144 * outer_r + cos_72 * inner_r;
  const double second_i = p.imaginary[0] + cos_144 * outer_i + cos_72 * inner_i;
  const double first_tr = sin_72 * outer_di + sin_144 * inner_di;
  const double first_ti = -sin_72 * outer_dr - sin_144 * inner_dr;
  const double second_tr = sin_144 * outer_di - sin_72 * inner_di;
  const double second_ti = -sin_144 * outer_dr + sin_72 * inner_dr;
  p = {{p.real[0] + outer_r + inner_r, first_r + first_tr, second_r + second_tr, second_r - second_tr,
        first_r - first_tr},
       {p.imaginary[0] + outer_i + inner_i, first_i + first_ti, second_i + second_ti, second_i - second_ti,
        first_i - first_ti}};
}

// One step of Stockham's algorithm by decimation in frequency: `stride` interleaved transforms of `length`
// points become radix * stride ones of length / radix points.
template <int radix, typename Root>
void step(const FourierBlock& from, FourierBlock& to, std::size_t length, std::size_t stride,
          const std::vector<Root>& roots) {
  const std::size_t part = length / radix;
  const std::size_t root_step = roots.size() / length;
  for (std::size_t q = 0; q < part; ++q) {
    std::array<Root, radix> twiddles;
    for (std::size_t t = 0; t < radix; ++t) twiddles[t] = roots[q * t * root_step];
    const double* const __restrict in_r = from.real.data() + q * stride;
    const double* const __restrict in_i = from.imaginary.data() + q * stride;
    double* const __restrict out_r = to.real.data() + q * radix * stride;
    double* const __restrict out_i = to.imaginary.data() + q * radix * stride;
    for (std::size_t r = 0; r < stride; ++r) {
      Points<radix> points;
      for (std::size_t j = 0; j < radix; ++j) {
        points.real[j] = in_r[r + j * part * stride];
        points.imaginary[j] = in_i[r + j * part * stride];
      }
      butterfly(points);
      out_r[r] = points.real[0];
      out_i[r] = points.imaginary[0];
      for (std::size_t t = 1; t < radix; ++t) {
        const Root& root = twiddles[t];
        out_r[r + t * stride] = points.real[t] * root.real - points.imaginary[t] * root.imaginary;
        out_i[r + t * stride] = points.real[t] * root.imaginary + points.imaginary[t] * root.real;
      }
    }
  }
}

std::vector<std::size_t> radices_of(std::size_t length) {
  std::vector<std::size_t> radices;
  for (const std::size_t radix : {std::size_t{4}, std::size_t{2}, std::size_t{3}, std::size_t{5}}) {
    for (; length % radix == 0; length /= radix) radices.push_back(radix);
  }
  if (length != 1) radices.clear();
  return radices;
}

}  // namespace

// With q k = (q^2 + k^2 - (q - k)^2) / 2 the transform is a convolution with a chirp, between two
// multiplications by its conjugate.
struct FourierLines::Chirp {
  FourierLines lines;             // of the convolution
  std::vector<Root> conjugate;    // exp(-pi i k^2 / n)
  std::vector<Root> transformed;  // of exp(pi i k^2 / n) for -n < k < n, divided by the convolution's length

  explicit Chirp(std::size_t length) : lines(fast_fourier_length(2 * length - 1)) {
    FourierBlock chirp = lines.block();
    const std::size_t period = lines.length_;
    for (std::size_t k = 0; k < length; ++k) {
      const double phase =
          std::numbers::pi * static_cast<double>(k * k % (2 * length)) / static_cast<double>(length);
      conjugate.push_back({std::cos(phase), -std::sin(phase)});
      for (const std::size_t place : {k, (period - k) % period}) {
        chirp.real[place * fourier_lanes] = std::cos(phase);
        chirp.imaginary[place * fourier_lanes] = std::sin(phase);
      }
    }
    FourierBlock work = lines.block();
    lines.forward(chirp, work);
    const auto scale = static_cast<double>(period);
    for (std::size_t k = 0; k < period; ++k) {
      transformed.push_back(
          {chirp.real[k * fourier_lanes] / scale, chirp.imaginary[k * fourier_lanes] / scale});
    }
  }

  static void multiply(FourierBlock& block, const std::vector<Root>& factors) {
    for (std::size_t k = 0; k < factors.size(); ++k) {
      for (std::size_t i = k * fourier_lanes; i < (k + 1) * fourier_lanes; ++i) {
        const double real = block.real[i];
        const double imaginary = block.imaginary[i];
        block.real[i] = real * factors[k].real - imaginary * factors[k].imaginary;
        block.imaginary[i] = real * factors[k].imaginary + imaginary * factors[k].real;
      }
    }
  }
};

FourierLines::FourierLines(std::size_t length) : length_(length), radices_(radices_of(length)) {
  if (radices_.empty() && length > 1) {
    chirp_ = std::make_unique<Chirp>(length);
    return;
  }
  for (std::size_t k = 0; k < length; ++k) {
    const double phase = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
    roots_.push_back({std::cos(phase), std::sin(phase)});
  }
}

FourierLines::~FourierLines() = default;
FourierLines::FourierLines(FourierLines&&) noexcept = default;

FourierBlock FourierLines::block() const {
  const std::size_t points = chirp_ ? chirp_->lines.length_ : length_;
  return {std::vector<double>(points * fourier_lanes), std::vector<double>(points * fourier_lanes)};
}

void FourierLines::forward(FourierBlock& block, FourierBlock& work) const {
  if (chirp_) {
    bluestein(block, work);
  } else {
    stockham(block, work);
  }
}

// Exchanging real and imaginary parts before and after turns the transform into its inverse.
void FourierLines::inverse(FourierBlock& block, FourierBlock& work) const {
  std::swap(block.real, block.imaginary);
  forward(block, work);
  std::swap(block.real, block.imaginary);
}

void FourierLines::stockham(FourierBlock& block, FourierBlock& work) const {
  std::size_t length = length_;
  std::size_t stride = fourier_lanes;
  for (const std::size_t radix : radices_) {
    if (radix == 4) step<4>(block, work, length, stride, roots_);
    if (radix == 2) step<2>(block, work, length, stride, roots_);
    if (radix == 3) step<3>(block, work, length, stride, roots_);
    if (radix == 5) step<5>(block, work, length, stride, roots_);
    std::swap(block, work);
    length /= radix;
    stride *= radix;
  }
}

void FourierLines::bluestein(FourierBlock& block, FourierBlock& work) const {
  Chirp::multiply(block, chirp_->conjugate);
  const auto end = static_cast<std::ptrdiff_t>(length_ * fourier_lanes);
  std::fill(block.real.begin() + end, block.real.end(), 0.0);
  std::fill(block.imaginary.begin() + end, block.imaginary.end(), 0.0);
  chirp_->lines.forward(block, work);
  Chirp::multiply(block, chirp_->transformed);
  chirp_->lines.inverse(block, work);
  Chirp::multiply(block, chirp_->conjugate);
}

std::size_t fast_fourier_length(std::size_t length) {
  while (radices_of(length).empty() && length > 1) ++length;
  return length;
}

}  // namespace glisson::engine
