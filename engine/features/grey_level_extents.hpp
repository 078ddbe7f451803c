#pragma once

#include <vector>

namespace glisson::engine {

/// One non-zero element P(i, j) of a matrix that counts, for each grey level i, groups of voxels by an extent
/// j: the length of a run (GLRLM), the size of a zone (GLSZM), a voxel's dependence (GLDM).
struct GreyLevelExtent {
  int level = 0;     ///< i, 1 or more.
  int extent = 0;    ///< j, 1 or more.
  double count = 0;  ///< P(i, j).
};

/// The statistics that the three matrices share. N is the number of groups, sum P(i, j); p(i, j) = P(i, j) /
/// N.
struct GreyLevelExtentStatistics {
  double short_emphasis = 0;                    ///< 1/N sum P(i,j) / j^2
  double long_emphasis = 0;                     ///< 1/N sum P(i,j) j^2
  double low_level_emphasis = 0;                ///< 1/N sum P(i,j) / i^2
  double high_level_emphasis = 0;               ///< 1/N sum P(i,j) i^2
  double short_low_emphasis = 0;                ///< 1/N sum P(i,j) / (i^2 j^2)
  double short_high_emphasis = 0;               ///< 1/N sum P(i,j) i^2 / j^2
  double long_low_emphasis = 0;                 ///< 1/N sum P(i,j) j^2 / i^2
  double long_high_emphasis = 0;                ///< 1/N sum P(i,j) i^2 j^2
  double level_non_uniformity = 0;              ///< 1/N sum_i (sum_j P(i,j))^2
  double level_non_uniformity_normalised = 0;   ///< 1/N^2 sum_i (sum_j P(i,j))^2
  double extent_non_uniformity = 0;             ///< 1/N sum_j (sum_i P(i,j))^2
  double extent_non_uniformity_normalised = 0;  ///< 1/N^2 sum_j (sum_i P(i,j))^2
  double level_variance = 0;                    ///< sum p(i,j) (i - mu)^2 with mu = sum p(i,j) i
  double extent_variance = 0;                   ///< sum p(i,j) (j - mu)^2 with mu = sum p(i,j) j
  double entropy = 0;                           ///< - sum p(i,j) log2(p(i,j) + e)
  double energy = 0;                            ///< sum p(i,j)^2
  double percentage = 0;                        ///< N / number of voxels
};

/// @param matrix at least one element, each (i, j) once.
/// @param voxels of the region.
GreyLevelExtentStatistics statistics_of(const std::vector<GreyLevelExtent>& matrix, double voxels);

}  // namespace glisson::engine
