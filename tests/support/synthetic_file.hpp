#pragma once

// Between the builders of synthetic data sets only: shows DCMTK's types.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "tests/support/synthetic_dicom.hpp"

namespace glisson::tests {

E_TransferSyntax encoding_of(SyntheticTransferSyntax transfer_syntax);
/// Compresses by DCMTK where the encoding is RLE or JPEG Lossless.
void save(DcmFileFormat& object, const std::filesystem::path& file, E_TransferSyntax encoding);

/// Compresses the pixel data in memory.
void compress(DcmFileFormat& object, E_TransferSyntax encoding);

/// The bytes of the first fragment of the compressed pixel data.
std::vector<std::uint8_t> first_fragment(DcmFileFormat& object);

/// Replaces the pixel data by one frame of compressed ones.
void encapsulate(DcmFileFormat& object, E_TransferSyntax encoding, std::vector<std::uint8_t> stream);

}  // namespace glisson::tests
