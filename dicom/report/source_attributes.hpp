#pragma once

#include <filesystem>
#include <memory>

class DcmItem;

namespace glisson::dicom {

/// Attributes of an image that its report repeats: patient, study and request, in UTF-8, with values that
/// break their VR left out (identifiers excepted).
/// @throws RejectedInput not_dicom when the file cannot be read.
std::unique_ptr<DcmItem> read_study_attributes(const std::filesystem::path& image);

/// Manufacturer, model, versions and serial number of the equipment that made an object, in UTF-8.
/// @throws RejectedInput not_dicom when the file cannot be read.
std::unique_ptr<DcmItem> read_equipment_attributes(const std::filesystem::path& object);

}  // namespace glisson::dicom
