#pragma once

#include "engine/features/feature_values.hpp"
#include "engine/features/ibsi_processing.hpp"

namespace glisson::engine {

/// Local and global intensity peak ("loc"; arXiv:1612.07003, 3.2): mean intensity of the image, inside the
/// region or not, in a sphere of 1 cm^3 around a voxel of the intensity mask. Voxels whose centres lie in the
/// sphere count.
FeatureValues ibsi_local_intensity(const IbsiImage& image);

}  // namespace glisson::engine
