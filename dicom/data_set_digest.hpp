#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/digest.hpp"

namespace glisson::dicom {

/// Size and digest of the data set of a Part 10 file, without preamble and file meta information
/// (PS3.10 7.1): the same figures that receiving it gives (ReceivedDataSet).
struct DataSetDigest {
  std::uint64_t bytes = 0;
  Sha256 digest{};
};

/// @throws RejectedInput not_dicom when the file has no file meta information; TransientError when it cannot
/// be read.
DataSetDigest data_set_digest(const std::filesystem::path& file);

}  // namespace glisson::dicom
