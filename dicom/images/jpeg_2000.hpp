#pragma once

#include <cstdint>
#include <span>

namespace glisson::dicom {

/// What a codestream must hold to be the frame that the image's header describes (PS3.3 C.7.6.3).
struct Jpeg2000Frame {
  int rows = 0;
  int columns = 0;
  int bits_allocated = 16;  ///< 8 or 16.
  int bits_stored = 16;     ///< High Bit is one less.
  bool is_signed = false;   ///< Pixel Representation.
};

enum class Jpeg2000Outcome {
  lossless,     ///< Decoded; the reversible transformation was used.
  lossy,        ///< Decoded; the irreversible transformation was used.
  corrupt,      ///< No codestream, truncated, or of another size than the frame.
  unsupported,  ///< Sample precision or sign that cannot be those of the frame.
};

/// Decodes one JPEG 2000 codestream (ISO/IEC 15444-1 Annex A, as PS3.5 8.2.4 embeds it; no JP2 boxes) of one
/// component. Nothing of the size of the image is allocated before its header was found to agree.
/// @param target rows x columns samples of bits_allocated, little-endian, two's complement within the stored
///        bits where signed; undefined unless decoded.
Jpeg2000Outcome decode_jpeg_2000(std::span<const std::uint8_t> codestream, const Jpeg2000Frame& frame,
                                 std::span<std::uint8_t> target);

}  // namespace glisson::dicom
