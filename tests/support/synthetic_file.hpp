#pragma once

// Between the builders of synthetic data sets only: shows DCMTK's types.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include <filesystem>

#include "tests/support/synthetic_dicom.hpp"

namespace glisson::tests {

E_TransferSyntax encoding_of(SyntheticTransferSyntax transfer_syntax);
void save(DcmFileFormat& object, const std::filesystem::path& file, E_TransferSyntax encoding);

}  // namespace glisson::tests
