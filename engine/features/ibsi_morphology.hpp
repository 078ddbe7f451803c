#pragma once

#include "engine/features/feature_values.hpp"
#include "engine/region.hpp"

namespace glisson::engine {

/// The 29 morphological features ("morph"; arXiv:1612.07003, 3.1).
/// @param outline the morphological mask; its intensities are not looked at.
/// @param intensities the intensity mask, on a grid of the same image.
FeatureValues ibsi_morphology(const Region& outline, const Region& intensities);

}  // namespace glisson::engine
