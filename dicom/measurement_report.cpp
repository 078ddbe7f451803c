#include "dicom/measurement_report.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include <algorithm>
#include <stdexcept>

#include "dicom/dicom_file.hpp"
#include "dicom/report_codes.hpp"
#include "dicom/report_content.hpp"
#include "dicom/report_header.hpp"
#include "dicom/report_tree.hpp"
#include "dicom/report_words.hpp"

namespace glisson::dicom {
namespace {

void check(const OFCondition& condition, const char* what) {
  if (condition.bad()) throw std::logic_error(std::string(what) + ": " + condition.text());
}

DSRTypes::E_DocumentType document_type(ReportIod iod) {
  switch (iod) {
    case ReportIod::comprehensive_3d:
      return DSRTypes::DT_Comprehensive3DSR;
    case ReportIod::comprehensive:
      return DSRTypes::DT_ComprehensiveSR;
    case ReportIod::enhanced:
      return DSRTypes::DT_EnhancedSR;
  }
  throw std::logic_error("no such SR IOD");
}

/// Every image that was used, and the segmentation: viewers refuse reports that refer to more than their
/// evidence lists (PS3.3 C.17.2.3).
void add_evidence(DSRDocument& document, const MeasurementReport& report) {
  auto& evidence = document.getCurrentRequestedProcedureEvidence();
  const auto& images = *report.images;
  for (const auto& image : images.images) {
    check(evidence.addItem(images.study_instance_uid.value().c_str(),
                           images.series_instance_uid.value().c_str(), image.sop_class_uid.value().c_str(),
                           image.sop_instance_uid.value().c_str()),
          "evidence");
  }
  const auto& segmentation = *report.segmentation;
  check(evidence.addItem(
            segmentation.study_instance_uid.value().c_str(), segmentation.series_instance_uid.value().c_str(),
            segmentation.sop_class_uid.value().c_str(), segmentation.sop_instance_uid.value().c_str()),
        "evidence");
}

void add_coding_schemes(DSRDocument& document) {
  auto& schemes = document.getCodingSchemeIdentification();
  check(schemes.addItem(codes::private_scheme), "coding scheme");
  check(schemes.setCodingSchemeUID(derive_uid("coding scheme 99GLISSON").c_str()), "coding scheme");
  check(schemes.setCodingSchemeName("Glisson private coding scheme"), "coding scheme");
  check(schemes.setCodingSchemeResponsibleOrganization("Glisson"), "coding scheme");
  check(schemes.addItem("IBSI"), "coding scheme");
  check(schemes.setCodingSchemeUID("1.2.840.10008.2.16.13"), "coding scheme");
  check(schemes.setCodingSchemeName("Image Biomarker Standardisation Initiative"), "coding scheme");
}

void build_tree(DSRDocument& document, const MeasurementReport& report, ReportIod iod,
                const std::string& identity) {
  ReportTree tree(document.getTree(), codes::imaging_measurement_report);
  add_observation_context(tree, report);
  tree.text(Relationship::contains, codes::document_summary, report_summary(report));
  add_image_library(tree, *report.images);
  {
    const auto measurements = tree.container(Relationship::contains, codes::imaging_measurements, "");
    add_region_groups(tree, report, iod, identity);
    add_score_groups(tree, report, identity);
  }
  add_qualitative_evaluations(tree, report);
}

std::vector<std::byte> part10_bytes(DcmFileFormat& file) {
  constexpr auto syntax = EXS_LittleEndianExplicit;
  check(file.validateMetaInfo(syntax), "file meta information");
  constexpr std::size_t preamble = 132;
  std::vector<std::byte> bytes(preamble + file.calcElementLength(syntax, EET_ExplicitLength));
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  file.transferInit();
  check(file.write(stream, syntax, EET_ExplicitLength, nullptr), "report");
  file.transferEnd();
  void* buffer = nullptr;
  offile_off_t length = 0;
  stream.flushBuffer(buffer, length);
  bytes.resize(static_cast<std::size_t>(length));
  return bytes;
}

}  // namespace

std::string_view keyword(ReportIod iod) noexcept {
  switch (iod) {
    case ReportIod::comprehensive_3d:
      return "comprehensive_3d";
    case ReportIod::comprehensive:
      return "comprehensive";
    case ReportIod::enhanced:
      return "enhanced";
  }
  return "";
}

SopClassUid sop_class_of(ReportIod iod) {
  switch (iod) {
    case ReportIod::comprehensive_3d:
      return SopClassUid(UID_Comprehensive3DSRStorage);
    case ReportIod::comprehensive:
      return SopClassUid(UID_ComprehensiveSRStorage);
    case ReportIod::enhanced:
      return SopClassUid(UID_EnhancedSRStorage);
  }
  throw std::logic_error("no such SR IOD");
}

bool shows_demonstration(const MeasurementReport& report) {
  return std::any_of(
      report.assessments.begin(), report.assessments.end(),
      [](const engine::RiskAssessment& assessment) { return is_demonstration(*assessment.model); });
}

EncodedReport encode_report(const MeasurementReport& report, ReportIod iod, const std::string& identity) {
  if (report.images == nullptr || report.images->images.empty() || report.segmentation == nullptr ||
      report.protocol == nullptr) {
    throw std::logic_error("a report needs images, a segmentation and a protocol");
  }
  silence_toolkit();
  DSRDocument document;
  check(document.createNewDocument(document_type(iod)), "new document");
  check(document.setSpecificCharacterSetType(DSRTypes::CS_UTF8), "character set");
  add_evidence(document, report);
  add_coding_schemes(document);
  build_tree(document, report, iod, identity);

  DcmFileFormat file;
  auto& data_set = *file.getDataset();
  check(document.write(data_set), "structured report");
  write_report_header(data_set, report, iod, identity);

  EncodedReport encoded;
  const auto text = [&](const DcmTagKey& tag) {
    OFString value;
    check(data_set.findAndGetOFString(tag, value), "report UID");
    return std::string(value.c_str());
  };
  encoded.sop_class_uid = SopClassUid(text(DCM_SOPClassUID));
  encoded.sop_instance_uid = SopInstanceUid(text(DCM_SOPInstanceUID));
  encoded.series_instance_uid = SeriesInstanceUid(text(DCM_SeriesInstanceUID));
  encoded.part10 = part10_bytes(file);
  return encoded;
}

}  // namespace glisson::dicom
