#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/region.hpp"
#include "engine/volume.hpp"

namespace glisson::engine {

// PyRadiomics' image types: what features are computed on. Each gives one or more response maps, whose names
// are those of PyRadiomics. F is the image, M the largest |F| of all of it.

/// F itself: "original".
struct Original {};

/// Laplacian of Gaussian by recursive filters, normalised across scale (ITK
/// LaplacianRecursiveGaussianImageFilter): "log-sigma-1-0-mm-3D". The image goes on beyond its border as it
/// is there. Undefined for an image of less than 4 voxels along an axis, or of less than sigma + 1 voxel.
struct LaplacianOfGaussian {
  double sigma = 1;  ///< mm, greater than 0.
};

/// Undecimated separable wavelet transform (PyWavelets swtn): "wavelet-LLH" and so on for the first level,
/// "wavelet2-LLH" for the second; the band of low passes only is given for the last level. Letters are passes
/// along x, y, z. The image repeats beyond its border, after an axis of odd size was made even by its first
/// voxel. A further level is that of the approximation (LLL) before by the same filters: PyRadiomics calls
/// swtn once for each level, so that they are not dilated, other than those of IBSI-2
/// (SeparableWaveletFilter).
struct Wavelet {
  std::string wavelet = "coif1";  ///< One of wavelet_names().
  int levels = 1;                 ///< 1 to 6.
};

/// (F / sqrt(M))^2: "square".
struct Square {};
/// sign(F) sqrt(|F| M): "squareroot".
struct SquareRoot {};
/// sign(F) ln(|F| + 1) M / ln(M + 1): "logarithm".
struct Logarithm {};
/// exp(F ln(M) / M): "exponential".
struct Exponential {};
/// Magnitude of the gradient by central differences, per mm; the image goes on beyond its border as it is
/// there: "gradient".
struct Gradient {};

using ImageType = std::variant<Original, LaplacianOfGaussian, Wavelet, Square, SquareRoot, Logarithm,
                               Exponential, Gradient>;

/// Names of the response maps of an image type, as PyRadiomics prefixes them to features.
std::vector<std::string> response_names(const ImageType& type);

/// Whether an image of that size has a response (LaplacianOfGaussian needs a least number of voxels).
bool has_response(const ImageType& type, const Grid& grid);

/// Takes the response map of the given index in response_names(), row by row: `row` holds the voxels (x, y,
/// z) for all x, of which those outside the wanted part are not set. May be called by several threads at
/// once, once for each row of each map.
using RowSink = std::function<void(std::size_t map, int y, int z, const float* row)>;

/// Computes the response maps of an image type in a part of the image and hands them on row by row, so that
/// they need not be in memory as a whole.
/// @param part the voxels that are wanted; responses take the rest of the image into account all the same.
/// @throws std::logic_error for a wavelet that wavelet_names() does not hold, or where has_response() is
/// false.
void compute_responses(const ImageType& type, const Volume& volume, const BoundingBox& part,
                       const RowSink& sink);

/// Whether a response depends on the intensity of its voxel and on M alone (Original, Square, SquareRoot,
/// Logarithm, Exponential).
bool transforms_intensities(const ImageType& type);

/// The responses of such an image type to intensities, in double precision as PyRadiomics computes them.
/// @param largest M.
std::vector<double> transformed_intensities(const ImageType& type, std::span<const float> intensities,
                                            double largest);

/// The whole response maps of an image type, in the order of response_names().
std::vector<Volume> response_maps(const ImageType& type, const Volume& volume);

}  // namespace glisson::engine
