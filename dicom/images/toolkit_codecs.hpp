#pragma once

// Internal to this room, as dicom/dicom_file.hpp.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>

#include <cstdint>
#include <span>

#include "dicom/dicom_file.hpp"

namespace glisson::dicom {

/// Decodes one frame of JPEG or JPEG-LS pixel data by DCMTK. Its JPEG decoders put values of their own
/// in the place of what they cannot read, with a warning: that is taken for an error.
/// @param fragment index of the frame's first fragment, 1 for the first of all (0 is the Basic Offset Table).
/// @param target at least one frame of samples as DCMTK gives them: of 8 bits, or of 16 in the byte order of
///        this machine.
/// @return false where the frame cannot be decoded.
bool decode_by_toolkit(DcmDataset& data_set, DcmPixelData& pixels, std::uint32_t frame,
                       std::uint32_t fragment, std::span<std::uint8_t> target);

}  // namespace glisson::dicom
