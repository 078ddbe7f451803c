#pragma once

#include <string>

namespace glisson::dicom {

/// A finite number as a Decimal String (VR DS, PS3.5 6.2): at most 16 characters, as precise as they allow,
/// and exact where they suffice.
/// @throws std::logic_error for NaN and infinities, which DS cannot express.
std::string decimal_string(double value);

}  // namespace glisson::dicom
