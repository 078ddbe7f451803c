#include "dicom/report/measurement_report.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "dicom/dicom_file.hpp"
#include "dicom/network/part10.hpp"
#include "dicom/report/report_codes.hpp"
#include "dicom/report/report_content.hpp"
#include "dicom/report/report_header.hpp"
#include "dicom/report/report_tree.hpp"
#include "dicom/report/report_words.hpp"
#include "engine/digest.hpp"

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
    check(evidence.addItem(images.study_instance_uid.value(), images.series_instance_uid.value(),
                           image.sop_class_uid.value(), image.sop_instance_uid.value()),
          "evidence");
  }
  const auto& segmentation = *report.segmentation;
  check(evidence.addItem(segmentation.study_instance_uid.value(), segmentation.series_instance_uid.value(),
                         segmentation.sop_class_uid.value(), segmentation.sop_instance_uid.value()),
        "evidence");
}

void add_predecessor(DSRDocument& document, const MeasurementReport& report) {
  if (!report.predecessor) return;
  const PredecessorReport& before = *report.predecessor;
  check(document.getPredecessorDocuments().addItem(
            report.images->study_instance_uid.value(), before.series_instance_uid.value(),
            before.sop_class_uid.value(), before.sop_instance_uid.value()),
        "predecessor");
}

void add_coding_schemes(DSRDocument& document) {
  auto& schemes = document.getCodingSchemeIdentification();
  check(schemes.addItem(codes::private_scheme), "coding scheme");
  check(schemes.setCodingSchemeUID(derive_uid("coding scheme 99GLISSON")), "coding scheme");
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

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  check(item.findAndGetOFString(tag, value), "report UID");
  return value;
}

/// The data set in explicit VR little endian.
std::vector<std::byte> data_set_bytes(DcmDataset& data_set) {
  constexpr auto syntax = EXS_LittleEndianExplicit;
  std::vector<std::byte> bytes(data_set.calcElementLength(syntax, EET_ExplicitLength));
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  data_set.transferInit();
  check(data_set.write(stream, syntax, EET_ExplicitLength, nullptr), "report");
  data_set.transferEnd();
  void* buffer = nullptr;
  offile_off_t length = 0;
  stream.flushBuffer(buffer, length);
  bytes.resize(static_cast<std::size_t>(length));
  return bytes;
}

EncodedReport encoded(DcmDataset& data_set) {
  EncodedReport report;
  report.sop_class_uid = SopClassUid(text_of(data_set, DCM_SOPClassUID));
  report.sop_instance_uid = SopInstanceUid(text_of(data_set, DCM_SOPInstanceUID));
  report.series_instance_uid = SeriesInstanceUid(text_of(data_set, DCM_SeriesInstanceUID));
  const auto header =
      encode_file_header({report.sop_class_uid, report.sop_instance_uid,
                          TransferSyntaxUid(UID_LittleEndianExplicitTransferSyntax), AeTitle()});
  const auto header_bytes = std::as_bytes(std::span(header));
  report.part10.assign(header_bytes.begin(), header_bytes.end());
  const auto body = data_set_bytes(data_set);
  report.part10.insert(report.part10.end(), body.begin(), body.end());
  return report;
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

ReportIod report_iod(std::string_view name) {
  for (const ReportIod iod : {ReportIod::comprehensive_3d, ReportIod::comprehensive, ReportIod::enhanced}) {
    if (keyword(iod) == name) return iod;
  }
  throw std::logic_error("no such SR IOD");
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
  add_predecessor(document, report);
  add_coding_schemes(document);
  build_tree(document, report, iod, identity);

  DcmDataset data_set;
  check(document.write(data_set), "structured report");
  write_report_header(data_set, report, iod, identity);
  return encoded(data_set);
}

std::string results_digest(const MeasurementReport& report) {
  MeasurementReport timeless = report;
  timeless.predecessor.reset();
  timeless.all_features = true;
  timeless.content_date = "20000101";
  timeless.content_time = "000000";
  timeless.timezone_offset.clear();
  timeless.device_uid.clear();
  timeless.device_serial_number = "none";
  const EncodedReport encoded = encode_report(timeless, ReportIod::comprehensive_3d, "results");
  Sha256Stream digest;
  digest.update(encoded.part10);
  return to_hex(digest.finish());
}

}  // namespace glisson::dicom
