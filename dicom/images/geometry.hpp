#pragma once

// Internal to this room, as dicom/dicom_file.hpp.
#include <array>
#include <utility>

#include "dicom/dicom_file.hpp"
#include "engine/volume.hpp"

namespace glisson::dicom {

double dot(const engine::Vector3& a, const engine::Vector3& b);
engine::Vector3 cross(const engine::Vector3& a, const engine::Vector3& b);

/// How far a position may be from where a regular grid puts it, in mm: 1 % of the spacing or 0.01 mm.
double position_tolerance(double spacing);

/// Pixel Spacing (0028,0030): between rows, between columns, mm, both greater than 0.
/// @throws RejectedInput missing_attribute, invalid_attribute.
std::array<double, 2> read_pixel_spacing(const Attributes& item);

/// Image Position (Patient) (0020,0032): centre of the first pixel, LPS mm.
/// @throws RejectedInput missing_attribute, invalid_attribute.
engine::Vector3 read_position(const Attributes& item);

/// Image Orientation (Patient) (0020,0037) as the unit vectors of rows and columns, made exactly orthonormal
/// where rounding had left them nearly so.
/// @throws RejectedInput missing_attribute, invalid_attribute.
std::pair<engine::Vector3, engine::Vector3> read_orientation(const Attributes& item);

}  // namespace glisson::dicom
