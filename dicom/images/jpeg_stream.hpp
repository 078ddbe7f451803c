#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace glisson::dicom {

/// What the frame header of a JPEG (ISO/IEC 10918-1) or JPEG-LS (ISO/IEC 14495-1) stream says.
struct JpegHeader {
  std::uint8_t frame_marker = 0;  ///< 0xC0 baseline, 0xC1 extended, 0xC3 lossless, 0xF7 JPEG-LS, ...
  int precision = 0;              ///< Bits per sample.
  int rows = 0;
  int columns = 0;
  int components = 0;
  int near = 0;  ///< NEAR of JPEG-LS: the largest error of a sample; 0: none.

  bool is_lossless() const { return frame_marker == 0xC3 || (frame_marker == 0xF7 && near == 0); }
};

/// Reads the markers up to the first scan.
/// @return none where the stream is no JPEG, has no frame header, or does not end with the marker EOI
///         (padding after it aside): decoders fill what is cut off with values of their own.
std::optional<JpegHeader> read_jpeg_header(std::span<const std::uint8_t> stream);

}  // namespace glisson::dicom
