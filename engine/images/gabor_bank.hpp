#pragma once

#include <array>
#include <complex>
#include <vector>

#include "engine/images/filters.hpp"
#include "engine/images/fourier.hpp"
#include "engine/images/fourier_lines.hpp"

namespace glisson::engine {

/// Voxels that the kernels of a filter reach: 6 standard deviations of the envelope, beyond which it is
/// below 1.6e-8 of its centre.
/// @throws RejectedInput invalid_protocol when they exceed farthest_reach.
int gabor_reach(const GaborFilter& filter, double spacing);

/// The Gabor kernels of one filter for planes of one size: convolution in the Fourier domain, the plane
/// extended by what lies beyond its border as far as the kernels reach.
class GaborBank {
 public:
  /// @param spacing mm of a voxel along both axes.
  /// @throws RejectedInput invalid_protocol as gabor_reach(), too_much_memory when the kernels need over 400
  /// MB.
  GaborBank(const GaborFilter& filter, double spacing, int width, int height);

  /// Average over the orientations of the modulus of the response.
  /// @param plane width * height values, rows one after the other; the result likewise.
  std::vector<float> response(const std::vector<float>& plane) const;

 private:
  // The Fourier transform of a kernel, which is real because g(-k) is the complex conjugate of g(k), where it
  // differs from 0: a band about its wavelength.
  struct Spectrum {
    std::vector<std::size_t> columns;
    std::vector<float> values;  // rows one after the other, of `columns` only
  };
  struct Workspace;

  Spectrum spectrum_of(double sigma, double wavelength, double gamma, double theta) const;
  ComplexValues extended(const std::vector<float>& plane) const;
  void transform_columns(const ComplexValues& plane, const Spectrum& kernel, Workspace& workspace) const;
  void add_moduli(Workspace& workspace, std::vector<double>& sum) const;

  FilterBoundary boundary_;
  int width_;
  int height_;
  int reach_;
  std::array<std::size_t, 3> size_;  // of the extended plane
  FourierLines rows_;
  FourierLines columns_;
  std::vector<Spectrum> kernels_;
};

}  // namespace glisson::engine
