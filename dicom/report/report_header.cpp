#include "dicom/report/report_header.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <initializer_list>
#include <stdexcept>

#include "dicom/report/report_text.hpp"
#include "dicom/report/report_words.hpp"
#include "dicom/report/source_attributes.hpp"

namespace glisson::dicom {
namespace {

constexpr const char* manufacturer = "Glisson";
constexpr const char* model_name = "Glisson";

void check(const OFCondition& condition, const DcmTagKey& tag) {
  if (condition.bad())
    throw std::logic_error("report header " + std::string(tag.toString()) + ": " + condition.text());
}

void put(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
  check(item.putAndInsertString(tag, value.c_str()), tag);
}

/// A text of VR LO: 64 characters of UTF-8.
void put_text(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
  put(item, tag, cut_utf8(printable_utf8(value), 64));
}

DcmItem& add_item(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* added = nullptr;
  check(item.findOrCreateSequenceItem(sequence, added, -2), sequence);
  return *added;
}

/// Copies an attribute; where the source has none, writes it empty (type 2) or not at all (type 3).
void copy(DcmItem& source, DcmItem& target, const DcmTagKey& tag, bool empty_where_absent) {
  DcmElement* element = nullptr;
  if (source.findAndGetElement(tag, element).good() && !element->isEmpty()) {
    check(source.findAndInsertCopyOfElement(tag, &target), tag);
  } else if (empty_where_absent) {
    check(target.insertEmptyElement(tag), tag);
  } else {
    target.findAndDeleteElement(tag);
  }
}

void copy_all(DcmItem& source, DcmItem& target, std::initializer_list<DcmTagKey> tags,
              bool empty_where_absent) {
  for (const auto& tag : tags) copy(source, target, tag, empty_where_absent);
}

void write_patient_and_study(DcmItem& data_set, DcmItem& source, const ImageSeries& images) {
  copy_all(source, data_set,
           {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate,
            DCM_StudyTime, DCM_AccessionNumber, DCM_ReferringPhysicianName, DCM_StudyID},
           true);
  copy_all(source, data_set,
           {DCM_IssuerOfPatientID, DCM_PatientAge, DCM_PatientSize, DCM_PatientWeight,
            DCM_PatientIdentityRemoved, DCM_DeidentificationMethod, DCM_DeidentificationMethodCodeSequence},
           false);
  OFString description;
  if (source.findAndGetOFStringArray(DCM_StudyDescription, description).good() && !description.empty())
    put_text(data_set, DCM_StudyDescription, description);
  put(data_set, DCM_StudyInstanceUID, images.study_instance_uid.value());
}

/// One item of the Referenced Request Sequence (PS3.3 C.17.2): from an item of the images' Request Attributes
/// Sequence, or from the attributes of the images themselves.
void add_request(DcmItem& data_set, DcmItem& source, DcmItem& request, const ImageSeries& images) {
  auto& item = add_item(data_set, DCM_ReferencedRequestSequence);
  put(item, DCM_StudyInstanceUID, images.study_instance_uid.value());
  check(item.insertEmptyElement(DCM_ReferencedStudySequence), DCM_ReferencedStudySequence);
  copy(request.tagExistsWithValue(DCM_AccessionNumber) ? request : source, item, DCM_AccessionNumber, true);
  copy_all(source, item,
           {DCM_PlacerOrderNumberImagingServiceRequest, DCM_FillerOrderNumberImagingServiceRequest}, true);
  copy_all(request, item,
           {DCM_RequestedProcedureID, DCM_RequestedProcedureDescription, DCM_RequestedProcedureCodeSequence},
           true);
}

void write_requests(DcmItem& data_set, DcmItem& source, const ImageSeries& images) {
  DcmSequenceOfItems* requests = nullptr;
  if (source.findAndGetSequence(DCM_RequestAttributesSequence, requests).good() && requests->card() > 0) {
    for (unsigned long i = 0; i < requests->card(); ++i)
      add_request(data_set, source, *requests->getItem(i), images);
    return;
  }
  const bool requested = source.tagExistsWithValue(DCM_AccessionNumber) ||
                         source.tagExistsWithValue(DCM_RequestedProcedureID) ||
                         source.tagExistsWithValue(DCM_RequestedProcedureCodeSequence);
  if (requested) add_request(data_set, source, source, images);
}

void write_series(DcmItem& data_set, const MeasurementReport& report, const std::string& series_uid) {
  put(data_set, DCM_Modality, "SR");
  put(data_set, DCM_SeriesInstanceUID, series_uid);
  put(data_set, DCM_SeriesNumber, "9901");  // Above what scanners number, so that viewers list it last.
  put(data_set, DCM_SeriesDate, report.content_date);
  put(data_set, DCM_SeriesTime, report.content_time);
  put(data_set, DCM_SeriesDescription,
      shows_demonstration(report) ? "RESEARCH, NOT FOR DIAGNOSIS: DEMONSTRATION, liver radiomics"
                                  : "RESEARCH, NOT FOR DIAGNOSIS: liver radiomics");
}

void write_equipment(DcmItem& item, const MeasurementReport& report) {
  put(item, DCM_Manufacturer, manufacturer);
  put(item, DCM_ManufacturerModelName, model_name);
  put_text(item, DCM_SoftwareVersions, report.software_version);
  if (!report.device_serial_number.empty())
    put_text(item, DCM_DeviceSerialNumber, report.device_serial_number);
}

DcmItem& add_contributing_equipment(DcmItem& data_set, const std::string& contribution) {
  auto& item = add_item(data_set, DCM_ContributingEquipmentSequence);
  auto& purpose = add_item(item, DCM_PurposeOfReferenceCodeSequence);
  put(purpose, DCM_CodeValue, "109102");
  put(purpose, DCM_CodingSchemeDesignator, "DCM");
  put(purpose, DCM_CodeMeaning, "Processing Equipment");
  put_text(item, DCM_ContributionDescription, contribution);
  return item;
}

/// Who contributed: Glisson, which survives here when a PACS puts its own name into the equipment module,
/// and who drew the segments.
void write_contributing_equipment(DcmItem& data_set, const MeasurementReport& report) {
  auto& own = add_contributing_equipment(data_set, "Radiomics features, risk scores, report");
  write_equipment(own, report);
  put(own, DCM_ContributionDateTime, report.content_date + report.content_time);
  if (report.segmentation_file.empty()) return;
  const auto source = read_equipment_attributes(report.segmentation_file);
  auto& drawn = add_contributing_equipment(data_set, "Segmentation that was analysed");
  copy(*source, drawn, DCM_Manufacturer, true);
  copy_all(*source, drawn, {DCM_ManufacturerModelName, DCM_SoftwareVersions, DCM_DeviceSerialNumber}, false);
  if (!drawn.tagExistsWithValue(DCM_Manufacturer)) put(drawn, DCM_Manufacturer, "UNKNOWN");  // Type 1.
}

void write_document(DcmItem& data_set, const MeasurementReport& report) {
  put(data_set, DCM_InstanceNumber, "1");
  put(data_set, DCM_ContentDate, report.content_date);
  put(data_set, DCM_ContentTime, report.content_time);
  const bool complete = missing_in_words(report).empty();
  put(data_set, DCM_CompletionFlag, complete ? "COMPLETE" : "PARTIAL");
  if (complete) {
    data_set.findAndDeleteElement(DCM_CompletionFlagDescription);
  } else {
    put(data_set, DCM_CompletionFlagDescription, "Some features or scores could not be computed");
  }
  put(data_set, DCM_VerificationFlag, "UNVERIFIED");
  put(data_set, DCM_PreliminaryFlag, "PRELIMINARY");
}

}  // namespace

void write_report_header(DcmItem& data_set, const MeasurementReport& report, ReportIod iod,
                         const std::string& identity) {
  const auto source = read_study_attributes(report.images->images.front().file);
  const std::string name = identity + "\n" + std::string(keyword(iod));
  put(data_set, DCM_SpecificCharacterSet, "ISO_IR 192");
  put(data_set, DCM_SOPClassUID, sop_class_of(iod).value());
  put(data_set, DCM_SOPInstanceUID, derive_uid(name + "\ninstance"));
  put(data_set, DCM_InstanceCreationDate, report.content_date);
  put(data_set, DCM_InstanceCreationTime, report.content_time);
  if (!report.timezone_offset.empty()) put(data_set, DCM_TimezoneOffsetFromUTC, report.timezone_offset);
  data_set.findAndDeleteElement(DCM_InstanceCreatorUID);
  write_patient_and_study(data_set, *source, *report.images);
  write_requests(data_set, *source, *report.images);
  write_series(data_set, report, derive_uid(name + "\nseries"));
  write_equipment(data_set, report);
  write_contributing_equipment(data_set, report);
  write_document(data_set, report);
}

}  // namespace glisson::dicom
