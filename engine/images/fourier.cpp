#include "engine/images/fourier.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "engine/images/fourier_lines.hpp"

namespace glisson::engine {
namespace {

enum class Direction { forward, inverse };

// The lines along an axis whose neighbouring points are `step` apart.
class Axis {
 public:
  Axis(ComplexValues& values, std::size_t length, std::size_t step)
      : values_(values), length_(length), step_(step), fourier_(length) {}

  void transform(Direction direction) {
    const std::size_t lines = values_.size() / length_;
    const std::size_t blocks = (lines + fourier_lanes - 1) / fourier_lanes;
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, blocks), [&](const auto& range) {
      FourierBlock block = fourier_.block();
      FourierBlock work = fourier_.block();
      for (std::size_t b = range.begin(); b < range.end(); ++b) {
        const std::size_t first = b * fourier_lanes;
        const std::size_t count = std::min(fourier_lanes, lines - first);
        read(first, count, block);
        direction == Direction::forward ? fourier_.forward(block, work) : fourier_.inverse(block, work);
        write(first, count, direction == Direction::forward ? 1 : 1 / static_cast<double>(length_), block);
      }
    });
  }

 private:
  std::size_t start(std::size_t line) const { return line / step_ * step_ * length_ + line % step_; }

  std::array<std::size_t, fourier_lanes> starts(std::size_t first, std::size_t count) const {
    std::array<std::size_t, fourier_lanes> result{};
    for (std::size_t lane = 0; lane < count; ++lane) result[lane] = start(first + lane);
    return result;
  }

  void read(std::size_t first, std::size_t count, FourierBlock& block) const {
    const auto from = starts(first, count);
    for (std::size_t k = 0; k < length_; ++k) {
      for (std::size_t lane = 0; lane < count; ++lane) {
        const std::complex<float> value = values_[from[lane] + k * step_];
        block.real[k * fourier_lanes + lane] = value.real();
        block.imaginary[k * fourier_lanes + lane] = value.imag();
      }
    }
  }

  void write(std::size_t first, std::size_t count, double scale, const FourierBlock& block) {
    const auto to = starts(first, count);
    for (std::size_t k = 0; k < length_; ++k) {
      for (std::size_t lane = 0; lane < count; ++lane) {
        const std::size_t i = k * fourier_lanes + lane;
        values_[to[lane] + k * step_] = {static_cast<float>(scale * block.real[i]),
                                         static_cast<float>(scale * block.imaginary[i])};
      }
    }
  }

  ComplexValues& values_;
  std::size_t length_;
  std::size_t step_;
  FourierLines fourier_;
};

void transform(ComplexValues& values, const std::array<std::size_t, 3>& size, Direction direction) {
  std::size_t step = 1;
  for (const std::size_t length : size) {
    if (length > 1) Axis(values, length, step).transform(direction);
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

}  // namespace glisson::engine
