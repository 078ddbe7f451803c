#include "dicom/report/report_codes.hpp"
#include "dicom/report/report_content.hpp"
#include "dicom/report/report_words.hpp"

namespace glisson::dicom {
namespace {

/// CID 100, "Quantitative Diagnostic Imaging Procedures".
engine::CodedConcept procedure_of(const std::string& modality) {
  if (modality == "CT") return {"25045-6", "LN", "CT unspecified body region"};
  if (modality == "MR") return {"25056-3", "LN", "MRI unspecified body region"};
  if (modality == "PT") return {"44136-0", "LN", "PET unspecified body region"};
  return {"363679005", "SCT", "Imaging procedure"};
}

/// CID 29, "Acquisition Modality".
engine::CodedConcept modality_concept(const std::string& modality) {
  if (modality == "CT") return {"CT", "DCM", "Computed Tomography"};
  if (modality == "MR") return {"MR", "DCM", "Magnetic Resonance"};
  if (modality == "PT") return {"PT", "DCM", "Positron emission tomography"};
  return {modality, "DCM", modality};
}

}  // namespace

void add_observation_context(ReportTree& tree, const MeasurementReport& report) {
  using enum Relationship;
  tree.code(has_concept_mod, codes::language, codes::english);
  tree.code(has_obs_context, codes::observer_type, codes::device);
  const auto& device = report.device_uid;
  tree.uid(has_obs_context, codes::device_uid,
           is_valid_uid(device) ? device : derive_uid("device " + report.device_serial_number));
  tree.text(has_obs_context, codes::device_name, "Glisson");
  tree.text(has_obs_context, codes::device_manufacturer, "Glisson");
  tree.text(has_obs_context, codes::device_model, "Glisson");
  if (!report.device_serial_number.empty())
    tree.text(has_obs_context, codes::device_serial_number, report.device_serial_number);
  tree.code(has_concept_mod, codes::procedure_reported, procedure_of(report.images->modality));
}

void add_image_library(ReportTree& tree, const ImageSeries& images) {
  using enum Relationship;
  const auto library = tree.container(contains, codes::image_library, "1600");
  const auto group = tree.container(contains, codes::image_library_group, "");
  const auto& grid = images.volume.grid;
  const auto millimetres = [&](const engine::CodedConcept& name, double value) {
    tree.number(has_acq_context, name, value, codes::unit("mm"));
  };
  tree.code(has_acq_context, codes::modality, modality_concept(images.modality));
  tree.code(has_acq_context, codes::target_region, codes::abdomen);
  if (!images.frame_of_reference_uid.empty()) {
    tree.uid(has_acq_context, codes::frame_of_reference_uid, images.frame_of_reference_uid.value());
  }
  const auto pixels = engine::CodedConcept{"{pixels}", "UCUM", "pixels"};
  tree.number(has_acq_context, codes::pixel_data_rows, grid.size[1], pixels);
  tree.number(has_acq_context, codes::pixel_data_columns, grid.size[0], pixels);
  millimetres(codes::horizontal_pixel_spacing, grid.spacing[0]);
  millimetres(codes::vertical_pixel_spacing, grid.spacing[1]);
  millimetres(codes::spacing_between_slices, grid.spacing[2]);
  if (images.slice_thickness > 0) millimetres(codes::slice_thickness, images.slice_thickness);
  for (const auto& image : images.images)
    tree.image(contains, {}, image.sop_class_uid, image.sop_instance_uid);
}

void add_qualitative_evaluations(ReportTree& tree, const MeasurementReport& report) {
  using enum Relationship;
  const auto container = tree.container(contains, codes::qualitative_evaluations, "");
  tree.text(contains, codes::extraction_protocol, protocol_in_words(*report.protocol));
  for (const auto& line : missing_in_words(report)) tree.text(contains, codes::reason_not_computed, line);
  for (const auto& line : ignored_in_words(report)) tree.text(contains, codes::ignored_segment, line);
}

}  // namespace glisson::dicom
