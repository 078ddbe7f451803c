#include "engine/fourier.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <unsupported/Eigen/FFT>

namespace glisson::engine {
namespace {

using Complex = std::complex<double>;

enum class Direction { forward, inverse };

void transform_axis(ComplexValues& values, std::size_t length, std::size_t step, Direction direction) {
  if (length == 1) return;
  const std::size_t lines = values.size() / length;
  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, lines), [&](const auto& range) {
    Eigen::FFT<double> fft;
    std::vector<Complex> line(length);
    std::vector<Complex> transformed(length);
    for (std::size_t i = range.begin(); i < range.end(); ++i) {
      Complex* first = values.data() + i / step * step * length + i % step;
      for (std::size_t k = 0; k < length; ++k) line[k] = first[k * step];
      if (direction == Direction::forward) {
        fft.fwd(transformed.data(), line.data(), static_cast<Eigen::Index>(length));
      } else {
        fft.inv(transformed.data(), line.data(), static_cast<Eigen::Index>(length));
      }
      for (std::size_t k = 0; k < length; ++k) first[k * step] = transformed[k];
    }
  });
}

void transform(ComplexValues& values, const std::array<std::size_t, 3>& size, Direction direction) {
  std::size_t step = 1;
  for (const std::size_t length : size) {
    transform_axis(values, length, step, direction);
    step *= length;
  }
}

}  // namespace

void fourier_transform(ComplexValues& values, const std::array<std::size_t, 3>& size) {
  transform(values, size, Direction::forward);
}

void inverse_fourier_transform(ComplexValues& values, const std::array<std::size_t, 3>& size) {
  transform(values, size, Direction::inverse);
}

std::size_t fast_length(std::size_t length) {
  for (;; ++length) {
    std::size_t rest = length;
    for (const std::size_t factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return length;
  }
}

}  // namespace glisson::engine
