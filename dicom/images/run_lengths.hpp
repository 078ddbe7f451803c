#pragma once

#include <cstdint>
#include <span>

namespace glisson::dicom {

/// Decodes one frame of RLE Lossless (PS3.5 Annex G). DCMTK's decoder takes a frame that is cut off for whole
/// and leaves the rest of the pixels as they were.
/// @param target samples of `sample_bytes` (1 or 2) bytes each, little-endian.
/// @return false unless the frame has one segment for each byte of a sample, the most significant first, and
///         each holds exactly one byte for each sample (what follows them is padding); undefined then.
bool decode_run_lengths(std::span<const std::uint8_t> frame, std::size_t sample_bytes,
                        std::span<std::uint8_t> target);

}  // namespace glisson::dicom
