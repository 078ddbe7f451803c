#pragma once

#include <Eigen/Core>
#include <vector>

#include "engine/features/discretisation.hpp"
#include "engine/features/feature_values.hpp"

namespace glisson::engine {

/// A symmetric grey level co-occurrence matrix that can be merged with others of the same region.
struct Cooccurrences {
  const std::vector<int>* grey_levels = nullptr;  ///< Of its rows and columns.
  Eigen::MatrixXd counts;

  void merge(const Cooccurrences& other) { counts += other.counts; }
};

Cooccurrences cooccurrences_of(const GreyLevelRegion& region, const Direction& direction);

/// The 25 features of IBSI's GLCM ("cm"; arXiv:1612.07003, 3.6).
FeatureValues features_of(const Cooccurrences& matrix);

}  // namespace glisson::engine
