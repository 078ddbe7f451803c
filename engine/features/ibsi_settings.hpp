#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/images/interpolation.hpp"

namespace glisson::engine {

/// Grey levels of fixed width: level(x) = floor((x - m) / width) + 1, where m is the lower bound of the
/// re-segmentation range or, without a range, the lowest intensity of the region.
struct FixedBinSize {
  double width = 25;  ///< In units of the intensities; greater than 0.
};

/// A fixed number of grey levels: level(x) = min(count, floor(count (x - min X) / (max X - min X)) + 1).
struct FixedBinNumber {
  int count = 32;  ///< 1 or more.
};

using IbsiDiscretisation = std::variant<FixedBinSize, FixedBinNumber>;

/// Intensities that stay in the intensity mask, both included.
struct IntensityRange {
  double lower = 0;
  double upper = 0;
};

/// How the texture matrices of slices and directions become one value. Families without directions (GLSZM,
/// GLDZM, NGTDM, NGLDM) know 2D, 2.5D and 3D only.
enum class Aggregation {
  slices_averaged,    ///< 2D_avg: a matrix for each slice and direction; features averaged.
  slices_merged,      ///< 2D_comb: directions of a slice merged; features averaged over slices.
  directions_merged,  ///< 2_5D_avg: slices merged; features averaged over directions.
  merged,             ///< 2_5D_comb: slices and directions merged into one matrix.
  volume_averaged,    ///< 3D_avg: a matrix for each of the 13 directions; features averaged.
  volume_merged,      ///< 3D_comb: the 13 directions merged into one matrix.
};

inline constexpr std::array all_aggregations{Aggregation::slices_averaged,   Aggregation::slices_merged,
                                             Aggregation::directions_merged, Aggregation::merged,
                                             Aggregation::volume_averaged,   Aggregation::volume_merged};

/// "2D_avg", "2D_comb", "2_5D_avg", "2_5D_comb", "3D_avg" or "3D_comb".
std::string_view keyword(Aggregation aggregation) noexcept;

/// IBSI-1's general processing scheme (Zwanenburg et al., arXiv:1612.07003, chapter 2). Distances in texture
/// are Chebyshev distance 1 without weights; NGLDM coarseness is 0.
struct IbsiSettings {
  /// mm along x, y, z of the interpolated image; 0 keeps the image's spacing along that axis (z: by slice).
  /// None: no interpolation.
  std::optional<Vector3> spacing;
  Interpolation image_interpolation = Interpolation::linear;
  Interpolation mask_interpolation = Interpolation::linear;  ///< Inside where 0.5 or more.
  /// mm of the image that are kept around the region; none: the whole image. Local intensity needs 7 mm, a
  /// filter its support; no feature depends on what lies farther away.
  std::optional<double> margin;
  bool round_intensities = true;  ///< To the nearest integer, after interpolation.

  std::optional<IntensityRange> range;       ///< Re-segmentation by range.
  std::optional<double> outlier_deviations;  ///< Re-segmentation: mean +/- so many standard deviations, of
                                             ///< what the range leaves.

  IbsiDiscretisation discretisation = FixedBinSize{};
  std::optional<IbsiDiscretisation> ivh_discretisation;  ///< None: intensities in steps of 1.

  std::vector<Aggregation> aggregations{Aggregation::volume_averaged, Aggregation::volume_merged};
  /// "morph", "loc", "stat", "ih", "ivh", "cm", "rlm", "szm", "dzm", "ngt", "ngl"; empty: all.
  std::vector<std::string> families;
};

}  // namespace glisson::engine
