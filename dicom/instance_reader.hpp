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

/// SHA-256 over what makes two objects the same image: pixel data (decoded length and bytes), rows, columns,
/// rescale, position, orientation, spacing; not the header. Two files with equal digests are revisions of one
/// image (a corrected name, another transfer syntax of the same bytes).
/// @throws RejectedInput as read_instance_header(), unsupported_transfer_syntax for compressed pixel data,
///         truncated_pixel_data, and missing_attribute for images without pixel data.
std::string image_content_digest(const std::filesystem::path& file);

}  // namespace glisson::dicom
