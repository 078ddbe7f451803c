#pragma once

#include <filesystem>

#include "dicom/identity.hpp"

namespace glisson::dicom {

/// Reads the header of a DICOM Part 10 file; stops before the pixel data.
/// For segmentations the referenced images are collected.
/// @throws RejectedInput not_dicom, truncated_data_set, missing_attribute (SOP class and instance, study or
///         series UID), invalid_uid, too_deeply_nested, unsupported_transfer_syntax (deflated data sets).
/// @throws TransientError when the file cannot be opened.
InstanceHeader read_instance_header(const std::filesystem::path& file);

}  // namespace glisson::dicom
