#include "dicom/report/source_attributes.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <array>
#include <span>
#include <stdexcept>

#include "dicom/character_set.hpp"
#include "dicom/dicom_file.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

/// Patient, General Study and Patient Study modules, and what a request is named by.
const std::array study_attributes{
    // Identifiers
    DCM_PatientName, DCM_PatientID, DCM_IssuerOfPatientID, DCM_AccessionNumber, DCM_StudyID,
    DCM_ReferringPhysicianName, DCM_StudyDescription,
    // Dates, codes, numbers
    DCM_StudyDate, DCM_StudyTime, DCM_PatientBirthDate, DCM_PatientSex, DCM_PatientAge, DCM_PatientSize,
    DCM_PatientWeight, DCM_PatientIdentityRemoved, DCM_DeidentificationMethod,
    DCM_DeidentificationMethodCodeSequence,
    // Request
    DCM_RequestAttributesSequence, DCM_RequestedProcedureID, DCM_RequestedProcedureDescription,
    DCM_RequestedProcedureCodeSequence, DCM_PlacerOrderNumberImagingServiceRequest,
    DCM_FillerOrderNumberImagingServiceRequest};

const std::array equipment_attributes{DCM_Manufacturer, DCM_ManufacturerModelName, DCM_SoftwareVersions,
                                      DCM_DeviceSerialNumber};

/// No text of a header needs more; anything longer stays in the file.
constexpr Uint32 longest_value = 65536;

std::unique_ptr<DcmItem> copy_attributes(const std::filesystem::path& path, std::span<const DcmTagKey> tags) {
  silence_toolkit();
  DcmFileFormat file;
  const auto read = file.loadFileUntilTag(path.c_str(), EXS_Unknown, EGL_noChange, longest_value,
                                          ERM_autoDetect, DCM_PixelData);
  if (read.bad()) {
    throw RejectedInput(RejectionReason::not_dicom,
                        std::string("a source of the report cannot be read: ") + read.text());
  }
  auto& data_set = *file.getDataset();
  auto copies = std::make_unique<DcmItem>();
  const auto copy = [&](const DcmTagKey& tag) {
    DcmElement* element = nullptr;
    // Absent ones stay absent, and so do empty ones: the report decides which attributes it must have.
    if (data_set.findAndGetElement(tag, element).bad() || element->isEmpty()) return;
    auto clone = std::unique_ptr<DcmElement>(dynamic_cast<DcmElement*>(element->clone()));
    if (copies->insert(clone.get(), true).good())
      static_cast<void>(clone.release());  // Owned by the item now.
  };
  copy(DCM_SpecificCharacterSet);
  for (const auto& tag : tags) copy(tag);
  return copies;
}

void replace_text(DcmElement& element, const std::string& text) {
  if (element.putOFStringArray(text).bad()) throw std::logic_error("an element takes no text");
}

/// Calls `visit` with every element below `item` that holds a value.
template <typename Visit>
void for_each_leaf(DcmItem& item, Visit visit) {
  DcmStack stack;
  while (item.nextObject(stack, true).good()) {
    auto* element = dynamic_cast<DcmElement*>(stack.top());
    if (element != nullptr && element->isLeaf()) visit(*element);
  }
}

void convert_to_utf8(DcmItem& item) {
  OFString declared;
  item.findAndGetOFStringArray(DCM_SpecificCharacterSet, declared);
  item.findAndDeleteElement(DCM_SpecificCharacterSet);
  const std::string character_set(declared.data(), declared.size());
  for_each_leaf(item, [&](DcmElement& element) {
    OFString text;
    if (!element.isAffectedBySpecificCharacterSet() || element.getOFStringArray(text, false).bad()) return;
    replace_text(element, to_utf8({text.data(), text.size()}, character_set));
  });
}

/// Empties values that break their VR. Texts are left alone, since they are how people and systems find the
/// patient and the study, and a report under another identifier would not be found.
void empty_invalid_values(DcmItem& item) {
  for_each_leaf(item, [](DcmElement& element) {
    const bool is_text = element.isAffectedBySpecificCharacterSet();
    if (element.isaString() && !is_text && element.checkValue("1").bad()) replace_text(element, "");
  });
  OFString sex;
  if (item.findAndGetOFString(DCM_PatientSex, sex).good() && sex != "M" && sex != "F" && sex != "O")
    item.findAndDeleteElement(DCM_PatientSex);
}

}  // namespace

std::unique_ptr<DcmItem> read_study_attributes(const std::filesystem::path& image) {
  auto attributes = copy_attributes(image, study_attributes);
  convert_to_utf8(*attributes);
  empty_invalid_values(*attributes);
  return attributes;
}

std::unique_ptr<DcmItem> read_equipment_attributes(const std::filesystem::path& object) {
  auto attributes = copy_attributes(object, equipment_attributes);
  convert_to_utf8(*attributes);
  return attributes;
}

}  // namespace glisson::dicom
