#pragma once

#include <filesystem>
#include <vector>

#include "dicom/identity.hpp"

namespace glisson::server {

/// The files, in a folder and below, of the images that a segmentation refers to, in no particular order.
/// Other series, the segmentation itself and what is no DICOM are passed over; of copies of an image one is
/// taken.
/// @throws RejectedInput incomplete_series ("n of m images") when some are not there, missing_attribute when
/// the
///         segmentation refers to none.
std::vector<std::filesystem::path> find_referenced_images(const dicom::InstanceHeader& segmentation,
                                                          const std::filesystem::path& folder);

}  // namespace glisson::server
