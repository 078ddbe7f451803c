#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"
#include "engine/features/grey_level_extents.hpp"

namespace glisson::engine {

/// A matrix of runs, zones or dependences that can be merged with others.
struct Extents {
  std::vector<GreyLevelExtent> elements;  ///< Each (i, j) once, sorted by i, then j.
  double voxels = 0;                      ///< Counted once for each matrix merged.

  void merge(const Extents& other);
};

/// Runs along a direction, those of one voxel included ("rlm").
Extents runs_of(const GreyLevelRegion& region, const Direction& direction);

/// The names of a family in the order short emphasis, long, low level, high level, short low, short high,
/// long low, long high, level non-uniformity, normalised, extent non-uniformity, normalised, percentage,
/// level variance, extent variance, entropy, and (NGLDM alone) energy.
using ExtentNames = std::array<std::string_view, 17>;
extern const ExtentNames run_length_names;     ///< GLRLM (arXiv:1612.07003, 3.7)
extern const ExtentNames size_zone_names;      ///< GLSZM (3.8)
extern const ExtentNames distance_zone_names;  ///< GLDZM (3.9)
extern const ExtentNames dependence_names;     ///< NGLDM (3.11)

FeatureValues features_of(const Extents& matrix, const ExtentNames& names);

}  // namespace glisson::engine
