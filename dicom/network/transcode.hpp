#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dicom/identity.hpp"

namespace glisson::dicom {

/// The data set of an uncompressed Part 10 file in the other uncompressed little endian transfer syntax.
/// For objects of our own: it is parsed whole.
/// @throws RejectedInput truncated_data_set, unsupported_transfer_syntax.
std::vector<std::byte> transcoded_data_set(std::span<const std::byte> part10,
                                           const TransferSyntaxUid& target);

}  // namespace glisson::dicom
