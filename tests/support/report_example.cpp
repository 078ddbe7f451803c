#include "tests/support/report_example.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <stdexcept>

namespace glisson::tests {
namespace {

constexpr const char* study_uid = "1.2.826.0.1.3680043.9.1";
constexpr const char* segmentation_class = "1.2.840.10008.5.1.4.1.1.66.4";

void save(DcmFileFormat& file, const std::filesystem::path& path) {
  if (file.saveFile(path.c_str(), EXS_LittleEndianExplicit).bad())
    throw std::runtime_error("cannot write a test file");
}

void write_image(const std::filesystem::path& path, const SourcePatient& patient, const std::string& uid) {
  DcmFileFormat file;
  auto& data_set = *file.getDataset();
  const auto put = [&](const DcmTagKey& tag, const std::string& value) {
    data_set.putAndInsertString(tag, value.c_str());
  };
  put(DCM_SpecificCharacterSet, patient.character_set);
  put(DCM_SOPClassUID, UID_CTImageStorage);
  put(DCM_SOPInstanceUID, uid);
  put(DCM_StudyInstanceUID, study_uid);
  put(DCM_StudyDate, "20260131");
  put(DCM_StudyTime, "101500");
  put(DCM_StudyID, "7");
  put(DCM_StudyDescription, patient.study_description);
  put(DCM_AccessionNumber, patient.accession_number);
  put(DCM_PatientName, patient.name);
  put(DCM_PatientID, patient.id);
  put(DCM_PatientSex, patient.sex);
  put(DCM_PatientBirthDate, patient.birth_date);
  if (patient.with_request) {
    DcmItem* request = nullptr;
    data_set.findOrCreateSequenceItem(DCM_RequestAttributesSequence, request);
    request->putAndInsertString(DCM_RequestedProcedureID, "RP-9");
    request->putAndInsertString(DCM_RequestedProcedureDescription, "Liver, three phases");
  }
  save(file, path);
}

void write_segmentation(const std::filesystem::path& path) {
  DcmFileFormat file;
  auto& data_set = *file.getDataset();
  data_set.putAndInsertString(DCM_SOPClassUID, segmentation_class);
  data_set.putAndInsertString(DCM_SOPInstanceUID, "1.2.826.0.1.3680043.9.1.3.1");
  data_set.putAndInsertString(DCM_Manufacturer, "Drawing Ltd");
  data_set.putAndInsertString(DCM_ManufacturerModelName, "Pencil");
  save(file, path);
}

engine::SegmentMask segment(int number, const std::string& label, const engine::CodedConcept& category,
                            const engine::CodedConcept& type) {
  engine::SegmentMask mask;
  mask.segment_number = number;
  mask.label = label;
  mask.category = category;
  mask.type = type;
  mask.algorithm = "SEMIAUTOMATIC";
  return mask;
}

engine::Feature feature(const std::string& family, const std::string& name, double value) {
  return {"original_" + family + "_" + name, value, {}, &engine::feature_definition(family, name)};
}

dicom::ReportedRegion lesion(int number, double scale) {
  dicom::ReportedRegion region;
  region.segment_number = number;
  region.is_lesion = true;
  region.tracking_id = "Lesion " + std::to_string(number - 1);
  region.tracking_uid = "2.25.10" + std::to_string(number);
  region.size.volume = 5149 * scale;
  region.size.long_axis = {{1, 2, 3}, {1 + 23.4 * scale, 2, 3}, 23.4 * scale};
  region.size.short_axis = {{10, 0, 3}, {10, 17.6 * scale, 3}, 17.6 * scale};
  region.size.slices = 3;
  region.size.voxels = 1000;
  region.features = {feature("firstorder", "Energy", 123456789.125), feature("firstorder", "Kurtosis", 2.75),
                     feature("firstorder", "Mean", 61.5), feature("shape", "Sphericity", 0.71)};
  return region;
}

engine::RiskModel burden_model() {
  engine::RiskModel model;
  model.name = "tumour-burden-score";
  model.version = "1.0.0";
  model.title = "Tumour burden score";
  model.endpoint = "Overall survival after resection";
  model.population = "Patients with hepatocellular carcinoma before resection";
  model.status = engine::ModelStatus::published;
  model.scope = engine::ModelScope::patient;
  model.predictor = engine::Predictor::euclidean;
  model.inputs = {{"largest_diameter", "cm", 0, 1, 1}, {"lesion_count", "1", 0, 1, 1}};
  model.categories = {{3.36, "low", "", "low", false},
                      {13.74, "medium", "", "moderate", true},
                      {{}, "high", "", "high", true}};
  model.score_name = "Tumour burden score";
  model.cut_off_tolerance = 0.1;
  model.citation = "doi:10.1002/bjs.11464";
  model.digest = std::string(64, 'b');
  return model;
}

engine::RiskModel demonstration_model() {
  engine::RiskModel model;
  model.name = "demonstration-mvi";
  model.version = "0.1.0";
  model.title = "Microvascular invasion signature";
  model.endpoint = "Microvascular invasion";
  model.population = "No patients";
  model.status = engine::ModelStatus::demonstration;
  model.scope = engine::ModelScope::lesion;
  model.predictor = engine::Predictor::logistic;
  model.inputs = {{"original_shape_Sphericity", "1", 0.7, 0.1, -1},
                  {"original_firstorder_Mean", "[hnsf'U]", 60, 20, 0.5}};
  model.score_name = "MVI signature";
  model.digest = std::string(64, 'd');
  return model;
}

}  // namespace

ReportExample::ReportExample(const SourcePatient& patient)
    : burden(burden_model()), demonstration(demonstration_model()) {
  images.study_instance_uid = dicom::StudyInstanceUid(study_uid);
  images.series_instance_uid = dicom::SeriesInstanceUid("1.2.826.0.1.3680043.9.1.2");
  images.frame_of_reference_uid = dicom::FrameOfReferenceUid("1.2.826.0.1.3680043.9.1.4");
  images.modality = "CT";
  images.slice_thickness = 5;
  images.intensity_unit = "[hnsf'U]";
  images.volume.grid.size = {64, 48, 3};
  images.volume.grid.spacing = {0.75, 0.8, 5};
  for (int i = 1; i <= 3; ++i) {
    const auto uid = "1.2.826.0.1.3680043.9.1.2." + std::to_string(i);
    const auto path = folder_ / ("image" + std::to_string(i) + ".dcm");
    write_image(path, patient, uid);
    images.images.push_back({path, dicom::SopClassUid(UID_CTImageStorage), dicom::SopInstanceUid(uid)});
  }

  segmentation.sop_class_uid = dicom::SopClassUid(segmentation_class);
  segmentation.sop_instance_uid = dicom::SopInstanceUid("1.2.826.0.1.3680043.9.1.3.1");
  segmentation.series_instance_uid = dicom::SeriesInstanceUid("1.2.826.0.1.3680043.9.1.3");
  segmentation.study_instance_uid = dicom::StudyInstanceUid(study_uid);
  const engine::CodedConcept anatomy{"123037004", "SCT", "Anatomical Structure"};
  const engine::CodedConcept abnormal{"49755003", "SCT", "Morphologically Abnormal Structure"};
  const engine::CodedConcept mass{"4147007", "SCT", "Mass"};
  segmentation.segments = {segment(1, "Liver", anatomy, {"10200004", "SCT", "Liver"}),
                           segment(2, "Lesion 1", abnormal, mass), segment(3, "Lesion 2", abnormal, mass),
                           segment(4, "Benign cyst", abnormal, {"41699000", "SCT", "Effusion"})};
  write_segmentation(folder_ / "seg.dcm");

  protocol.name = "pyradiomics-native";
  protocol.version = "1.0.0";
  protocol.digest = std::string(64, 'a');

  dicom::ReportedRegion liver;
  liver.segment_number = 1;
  liver.size.volume = 1543210;
  liver.size.voxels = 300000;
  liver.size.slices = 3;
  report.images = &images;
  report.segmentation = &segmentation;
  report.segmentation_file = folder_ / "seg.dcm";
  report.protocol = &protocol;
  report.regions = {liver, lesion(2, 1), lesion(3, 0.1)};
  report.ignored = {{4, "Benign cyst", "its property type is no lesion"}};
  report.software_version = "0.1.0";
  report.device_uid = "2.25.99";
  report.device_serial_number = "G-1";
  report.content_date = "20260201";
  report.content_time = "120000";
  report.timezone_offset = "+0100";

  engine::RiskAssessment score;
  score.model = &burden;
  score.score = 3.08;
  score.category = burden.categories[0];
  score.contributions = {{"largest_diameter", 23.4, "mm", 5.48}, {"lesion_count", 2, "1", 4}};
  engine::RiskAssessment shown;
  shown.model = &demonstration;
  shown.segment_number = 2;
  shown.score = 0.4873;
  shown.contributions = {{"original_shape_Sphericity", 0.71, "1", -0.1},
                         {"original_firstorder_Mean", 61.5, "[hnsf'U]", 0.0375}};
  engine::RiskAssessment refused;
  refused.model = &demonstration;
  refused.segment_number = 3;
  refused.reason = engine::NotAssessedReason::lesion_too_small;
  report.assessments = {score, shown, refused};
}

void ReportExample::add_derived_regions() {
  dicom::ReportedRegion ring = report.regions[1];
  ring.is_lesion = false;
  ring.derivation = "peritumoral-ring-3mm";
  ring.title = "Peritumoral ring of 3 mm";
  ring.tracking_id = "Lesion 1, Peritumoral ring of 3 mm";
  ring.tracking_uid = "2.25.4711";
  ring.size.volume = 2345;
  for (engine::Feature& feature : ring.features) feature.name.insert(0, "peritumoral-ring-3mm_");
  dicom::ReportedRegion all = ring;
  all.segment_number = 0;
  all.derivation = "all-lesions";
  all.title = "All lesions";
  all.tracking_id = "All lesions";
  all.tracking_uid = "2.25.4712";
  dicom::ReportedRegion core;
  core.segment_number = 3;
  core.derivation = "necrotic-core-below-20";
  core.title = "Necrotic core below 20, largest part";
  core.tracking_id = "Lesion 2, Necrotic core below 20, largest part";
  core.tracking_uid = "2.25.4713";
  core.not_measured = "nothing_below_threshold: no intensity of the lesion is below the threshold";
  report.regions.insert(report.regions.end(), {ring, core, all});
}

}  // namespace glisson::tests
