#pragma once

#include <string>
#include <string_view>

namespace glisson::dicom {

/// The text of an attribute as UTF-8 without control characters, single-byte, multi-byte and with code
/// extensions (ISO 2022 escape sequences; PS3.3 C.12.1.1.2, PS3.5 6.1.2). DCMTK leaves the latter to the C
/// library, which does not know the single code elements that Japanese, Korean and Chinese senders use.
/// Bytes that the character set does not explain are read as UTF-8 where they are it, else as Latin-1.
/// @param character_set Specific Character Set (0008,0005), its values separated by backslashes.
std::string to_utf8(std::string_view bytes, std::string_view character_set);

}  // namespace glisson::dicom
