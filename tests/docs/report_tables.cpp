#include "tests/docs/report_tables.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <stdexcept>

#include "tests/support/report_example.hpp"

namespace glisson::tests {
namespace {

using dicom::ReportIod;

/// The image that a report's patient and study are read from, with all that a report repeats.
void complete(const std::filesystem::path& image) {
  DcmFileFormat file;
  if (file.loadFile(image.c_str()).bad()) throw std::runtime_error("the example's image cannot be read");
  DcmDataset& data_set = *file.getDataset();
  const std::vector<std::pair<DcmTagKey, const char*>> values{
      {DCM_IssuerOfPatientID, "HOSPITAL"},
      {DCM_PatientAge, "056Y"},
      {DCM_PatientSize, "1.7"},
      {DCM_PatientWeight, "70"},
      {DCM_PatientIdentityRemoved, "YES"},
      {DCM_DeidentificationMethod, "by hand"},
      {DCM_ReferringPhysicianName, "Referrer"},
      {DCM_PlacerOrderNumberImagingServiceRequest, "O1"},
      {DCM_FillerOrderNumberImagingServiceRequest, "F1"},
  };
  for (const auto& [tag, value] : values) data_set.putAndInsertString(tag, value);
  DcmItem* request = nullptr;
  data_set.findOrCreateSequenceItem(DCM_RequestAttributesSequence, request);
  for (const DcmTagKey& sequence :
       {DCM_DeidentificationMethodCodeSequence, DCM_RequestedProcedureCodeSequence}) {
    DcmItem& parent = sequence == DCM_RequestedProcedureCodeSequence ? *request : data_set;
    DcmItem* code = nullptr;
    parent.findOrCreateSequenceItem(sequence, code);
    code->putAndInsertString(DCM_CodeValue, "1");
    code->putAndInsertString(DCM_CodingSchemeDesignator, "99LOCAL");
    code->putAndInsertString(DCM_CodeMeaning, "Code of the sender");
  }
  if (file.saveFile(image.c_str(), EXS_LittleEndianExplicit).bad())
    throw std::runtime_error("it cannot be written");
}

void remove_study_attributes(const std::filesystem::path& image) {
  DcmFileFormat file;
  if (file.loadFile(image.c_str()).bad()) throw std::runtime_error("the example's image cannot be read");
  for (const DcmTagKey& tag : {DCM_StudyDate, DCM_StudyTime, DCM_StudyID})
    file.getDataset()->findAndDeleteElement(tag);
  if (file.saveFile(image.c_str(), EXS_LittleEndianExplicit).bad())
    throw std::runtime_error("it cannot be written");
}

std::string encoded(const dicom::MeasurementReport& report, ReportIod iod) {
  const auto bytes = dicom::encode_report(report, iod, "conformance statement").part10;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

ReportTables::ReportTables() {
  ReportExample example;
  complete(example.images.images.front().file);
  example.add_derived_regions();
  example.burden.calibration = "Calibrated";
  example.burden.proviso = "Holds for some";
  auto& report = example.report;
  report.all_features = true;
  report.regions[1].size.parts = 2;
  report.regions[1].features[0].value.reset();
  report.regions[1].features[0].reason = engine::UndefinedReason::single_voxel;
  report.regions[2].features[1].reason = engine::UndefinedReason::single_voxel;
  report.assessments[0].at_cut_off = true;
  report.predecessor =
      dicom::PredecessorReport{dicom::sop_class_of(ReportIod::comprehensive_3d),
                               dicom::SopInstanceUid("2.25.1"), dicom::SeriesInstanceUid("2.25.2")};
  full_ = encoded(report, ReportIod::comprehensive_3d);
  enhanced_ = encoded(report, ReportIod::enhanced);

  const SourcePatient nobody{
      .name = "", .id = "", .sex = "", .birth_date = "", .accession_number = "", .study_description = ""};
  SourcePatient unrequested = nobody;
  unrequested.with_request = false;
  SourcePatient with_accession_only = unrequested;
  with_accession_only.accession_number = "A-42";
  for (const SourcePatient& patient : {nobody, unrequested, with_accession_only}) {
    ReportExample reduced(patient);
    remove_study_attributes(reduced.images.images.front().file);
    reduced.report.device_serial_number.clear();
    reduced.report.timezone_offset.clear();
    reduced.report.assessments.clear();
    reduced_.push_back(encoded(reduced.report, ReportIod::comprehensive_3d));
  }
}

}  // namespace glisson::tests
