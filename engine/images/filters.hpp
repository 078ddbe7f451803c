#pragma once

#include <optional>
#include <string>
#include <variant>

#include "engine/region.hpp"
#include "engine/volume.hpp"

/// Convolutional image filters as the Image Biomarker Standardisation Initiative defines them: "IBSI 2" in
/// these comments is its reference manual for filters (arXiv:2006.05470) and Whybra et al., Radiology
/// 2024;310:e231319. An image f becomes a response map h = g * f of the same grid. The first letter or index
/// of a separable filter belongs to axis x, the second to y, the third to z.
namespace glisson::engine {

/// What lies beyond the border of an image of n voxels (a b c d): IBSI 2, "boundary conditions".
enum class FilterBoundary {
  zero,      ///< 0 0 0 | a b c d | 0 0 0
  nearest,   ///< a a a | a b c d | d d d
  periodic,  ///< b c d | a b c d | a b c
  mirror,    ///< c b a | a b c d | d c b
};

/// Whether a filter works in each slice by itself (the xy plane) or in the volume.
enum class FilterSpace { slice, volume };

/// How the responses of the rotated filter (4 right-angle rotations in a slice, 24 in a volume) become one
/// that does not depend on direction: IBSI 2, "rotational invariance".
enum class FilterPooling { none, average, maximum };

/// Mean of the support x support (x support) voxels around each voxel. IBSI 2, "mean filters".
struct MeanFilter {
  FilterSpace space = FilterSpace::volume;
  FilterBoundary boundary = FilterBoundary::mirror;
  int support = 5;  ///< Width in voxels; odd.
};

/// Laplacian of Gaussian in D dimensions, IBSI 2, "Laplacian-of-Gaussian filters":
///   g(k) = -1/s^2 (1 / (sqrt(2 pi) s))^D (D - |k|^2 / s^2) exp(-|k|^2 / (2 s^2)),
/// with s = sigma / spacing and k in voxels, cut off beyond floor(cutoff s + 1/2) voxels along each axis.
struct LaplacianOfGaussianFilter {
  FilterSpace space = FilterSpace::volume;
  FilterBoundary boundary = FilterBoundary::mirror;
  double sigma = 1;   ///< Standard deviation of the Gaussian in mm.
  double cutoff = 4;  ///< In units of sigma.
};

/// Laws' texture filters: outer products of the normalised kernels L3, L5 (level), E3, E5 (edge), S3, S5
/// (spot), W5 (wave) and R5 (ripple). IBSI 2, "Laws kernels".
struct LawsFilter {
  FilterSpace space = FilterSpace::volume;
  FilterBoundary boundary = FilterBoundary::mirror;
  std::string kernels = "L5E5E5";  ///< One for each axis: two in a slice, three in a volume.
  FilterPooling pooling = FilterPooling::maximum;
  /// With a distance d, the response becomes the texture energy: the mean of its absolute value over the
  /// voxels within Chebyshev distance d.
  std::optional<int> energy_distance = 7;
};

/// Modulus of the response to a complex Gabor kernel, always in a plane. IBSI 2, "Gabor filters":
///   g(k1, k2) = exp(-(u^2 + gamma^2 v^2) / (2 s^2) + 2 pi i u / l),
///   u = k1 cos(theta) + k2 sin(theta), v = -k1 sin(theta) + k2 cos(theta),
/// with s = sigma / spacing, l = wavelength / spacing and k in voxels; theta turns from the first axis of the
/// plane towards the second, which points down in an image. IBSI 2 sets no cut-off: the kernel here ends
/// where the envelope is below 1.6e-8 of its centre.
struct GaborFilter {
  FilterBoundary boundary = FilterBoundary::mirror;
  double sigma = 5;       ///< Standard deviation of the envelope along u, mm.
  double wavelength = 2;  ///< mm.
  double gamma = 1;       ///< Aspect ratio: the standard deviation along v is sigma / gamma.
  double theta = 0;       ///< Orientation in degrees, where rotation_step is not set.
  /// With a step (degrees; a whole number of them makes 360) the result is the average of the moduli over all
  /// orientations.
  std::optional<double> rotation_step;
  /// Average over the planes xy, xz and yz instead of xy alone.
  bool orthogonal_planes = false;
};

/// Undecimated (stationary) separable wavelet transform by the algorithme a trous: at level j the kernels
/// have 2^(j-1) - 1 zeros between their coefficients and work on the low-pass (L...L) response of level j
/// - 1. IBSI 2, "separable wavelets".
struct SeparableWaveletFilter {
  FilterSpace space = FilterSpace::volume;
  FilterBoundary boundary = FilterBoundary::mirror;
  std::string wavelet = "haar";  ///< One of wavelet_names() (engine/images/wavelet_filters.hpp).
  std::string subband =
      "LLL";      ///< L (low-pass) or H (high-pass) for each axis: two in a slice, three in a volume.
  int level = 1;  ///< 1 or more.
  FilterPooling pooling = FilterPooling::average;
};

/// Non-separable isotropic wavelet of Simoncelli, in the Fourier domain, hence periodic. IBSI 2,
/// "non-separable wavelets":
///   g(nu) = cos(pi/2 log2(2 nu / m)) for m/4 < nu <= m, else 0, with m = 1/2^(level-1);
/// nu is the length of the frequency vector. Its components run from -1 to 1 in n - 1 equal steps along an
/// axis of n voxels, as in the reference maps of IBSI 2; frequency 0 of an even axis is hence half a step
/// above 0, and the response is the real part.
struct SimoncelliFilter {
  FilterSpace space = FilterSpace::volume;
  int level = 1;  ///< 1 or more.
};

using Filter = std::variant<MeanFilter, LaplacianOfGaussianFilter, LawsFilter, GaborFilter,
                            SeparableWaveletFilter, SimoncelliFilter>;

/// Proves a filter's parameters, whatever the image.
/// @throws RejectedInput invalid_protocol that names the parameter and what it may be.
void check_filter(const Filter& filter);

/// The response map of a filter: same grid, one float per voxel. Works on all cores; the result does not
/// depend on their number.
/// @param volume every value finite.
/// @throws RejectedInput invalid_protocol as check_filter(), and when a filter in mm meets a grid whose
/// spacing
///         differs by more than 1 % between the axes in which it works (IBSI 2 asks for isotropic voxels).
Volume apply_filter(const Filter& filter, const Volume& volume);

/// The part of apply_filter()'s response map that lies in a box of voxels, on the grid of that box. Of the
/// image only what the filter reaches from there is looked at, so that time and memory follow the box; a
/// Simoncelli filter needs all of it.
/// @param box within the image.
/// @throws std::logic_error when it is not; else as apply_filter().
Volume apply_filter(const Filter& filter, const Volume& volume, const BoundingBox& box);

}  // namespace glisson::engine
