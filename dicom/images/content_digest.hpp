#pragma once

#include <filesystem>
#include <string>

namespace glisson::dicom {

/// SHA-256 over what makes two objects the same image: stored bits of the decoded pixels, rows, columns,
/// rescale, position, orientation, spacing; not the rest of the header. Two files with equal digests are
/// revisions of one image (a corrected name, another transfer syntax without loss). Pixel data that are not
/// decoded (colour, video) are taken as they are compressed.
/// @throws RejectedInput as read_instance_header(), truncated_pixel_data, corrupt_pixel_data,
///         unsupported_pixel_format, and missing_attribute for images without pixel data.
std::string image_content_digest(const std::filesystem::path& file);

}  // namespace glisson::dicom
