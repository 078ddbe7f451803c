#pragma once

#include <filesystem>

#include "engine/volume.hpp"

namespace glisson::tests {

/// An image of a NIfTI-1 file, plain or gzip (`.nii`, `.nii.gz`): one volume of 8, 16 or 32 bit integers or
/// floats, little endian, scaled by scl_slope and scl_inter. Spacing is pixdim; position and directions are
/// those of srow_x/y/z turned from RAS to LPS, or those of Grid's defaults where the file has no sform.
/// @throws std::runtime_error when the file cannot be read, is truncated or of another kind.
engine::Volume read_nifti(const std::filesystem::path& file);

/// The same as a mask: inside where the value is at least 0.5.
engine::Mask read_nifti_mask(const std::filesystem::path& file);

}  // namespace glisson::tests
