#include "dicom/instance_reader.hpp"

#include <algorithm>

#include "dicom/dicom_file.hpp"

namespace glisson::dicom {
namespace {

constexpr std::string_view own_manufacturer = "Glisson";

bool is_written_by_glisson(const Attributes& data_set) {
  if (data_set.text(DCM_Manufacturer) == own_manufacturer && data_set.text(DCM_Modality) == "SR") return true;
  const auto equipment = data_set.items(DCM_ContributingEquipmentSequence);
  return std::any_of(equipment.begin(), equipment.end(),
                     [](const Attributes& item) { return item.text(DCM_Manufacturer) == own_manufacturer; });
}

void collect_references(const Attributes& parent, const DcmTagKey& sequence,
                        std::vector<SopInstanceUid>& references) {
  for (const Attributes& item : parent.items(sequence)) {
    const auto uid = item.uid<SopInstanceUid>(DCM_ReferencedSOPInstanceUID);
    if (!uid.empty()) references.push_back(uid);
  }
}

void collect_derivation_images(const Attributes& functional_groups, std::vector<SopInstanceUid>& references) {
  for (const Attributes& derivation : functional_groups.items(DCM_DerivationImageSequence)) {
    collect_references(derivation, DCM_SourceImageSequence, references);
  }
}

std::vector<SopInstanceUid> referenced_images(const Attributes& segmentation) {
  std::vector<SopInstanceUid> references;
  for (const Attributes& series : segmentation.items(DCM_ReferencedSeriesSequence)) {
    collect_references(series, DCM_ReferencedInstanceSequence, references);
  }
  for (const DcmTagKey& groups : {DCM_SharedFunctionalGroupsSequence, DCM_PerFrameFunctionalGroupsSequence}) {
    for (const Attributes& group : segmentation.items(groups)) collect_derivation_images(group, references);
  }
  std::sort(references.begin(), references.end());
  references.erase(std::unique(references.begin(), references.end()), references.end());
  return references;
}

}  // namespace

InstanceHeader read_instance_header(const std::filesystem::path& file) {
  const DicomFile dicom(file, Extent::header);
  const Attributes data_set = dicom.attributes();
  InstanceHeader header;
  header.sop_class_uid = data_set.required_uid<SopClassUid>(DCM_SOPClassUID);
  header.sop_instance_uid = data_set.required_uid<SopInstanceUid>(DCM_SOPInstanceUID);
  header.series_instance_uid = data_set.required_uid<SeriesInstanceUid>(DCM_SeriesInstanceUID);
  header.study_instance_uid = data_set.required_uid<StudyInstanceUid>(DCM_StudyInstanceUID);
  header.transfer_syntax_uid = TransferSyntaxUid(dicom.transfer_syntax_uid());
  header.frame_of_reference_uid = data_set.uid<FrameOfReferenceUid>(DCM_FrameOfReferenceUID);
  header.modality = data_set.text(DCM_Modality);
  header.patient_id = data_set.text(DCM_PatientID);
  header.issuer_of_patient_id = data_set.text(DCM_IssuerOfPatientID);
  header.accession_number = data_set.text(DCM_AccessionNumber);
  header.study_date = data_set.text(DCM_StudyDate);
  header.study_description = data_set.text(DCM_StudyDescription);
  header.series_description = data_set.text(DCM_SeriesDescription);
  header.series_number = data_set.text(DCM_SeriesNumber);
  header.instance_number = data_set.text(DCM_InstanceNumber);
  header.manufacturer = data_set.text(DCM_Manufacturer);
  header.written_by_glisson = is_written_by_glisson(data_set);
  if (header.is_segmentation()) header.referenced_images = referenced_images(data_set);
  return header;
}

}  // namespace glisson::dicom
