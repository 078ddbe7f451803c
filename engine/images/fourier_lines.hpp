#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace glisson::engine {

/// Neighbouring lines that are transformed together, so that the innermost loops run over contiguous memory.
inline constexpr std::size_t fourier_lanes = 8;

/// Values of `fourier_lanes` lines: point i of lane j is at i * fourier_lanes + j.
struct FourierBlock {
  std::vector<double> real;
  std::vector<double> imaginary;
};

/// The discrete Fourier transform of lines of one length n:
///   F(q) = sum over k of f(k) exp(-2 pi i q k / n).
/// Lengths whose prime factors are 2, 3 and 5 go through Stockham's algorithm in radices 4, 2, 3 and 5; all
/// others become a convolution of such a length (Bluestein 1970). O(n log n) for every n.
class FourierLines {
 public:
  explicit FourierLines(std::size_t length);
  ~FourierLines();
  FourierLines(FourierLines&&) noexcept;

  /// A block of the size that the transforms need. The points of the lines come first.
  FourierBlock block() const;

  /// Transforms the lines of `block` in place; `work` is a second block, whose content is lost.
  void forward(FourierBlock& block, FourierBlock& work) const;

  /// The inverse, without the factor 1/n.
  void inverse(FourierBlock& block, FourierBlock& work) const;

 private:
  struct Chirp;
  struct Root {
    double real;
    double imaginary;
  };
  void stockham(FourierBlock& block, FourierBlock& work) const;
  void bluestein(FourierBlock& block, FourierBlock& work) const;

  std::size_t length_;
  std::vector<std::size_t> radices_;  // empty where the length goes through Bluestein's convolution
  std::vector<Root> roots_;           // exp(-2 pi i k / n)
  std::unique_ptr<Chirp> chirp_;
};

/// The smallest length from `length` on whose prime factors are 2, 3 and 5.
std::size_t fast_fourier_length(std::size_t length);

}  // namespace glisson::engine
