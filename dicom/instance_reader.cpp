#include "dicom/instance_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

#include "dicom/dicom_file.hpp"
#include "engine/digest.hpp"

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

/// Feeds named values to a digest, so that equal content gives equal bytes however it was encoded.
class ContentDigest {
 public:
  void add(std::string_view name, double value) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "=%.17g\n", value);
    update(name);
    update({text.data(), static_cast<std::size_t>(length)});
  }

  /// Adds every value of each numeric attribute that is there.
  void add_numbers(const Attributes& item, std::initializer_list<DcmTagKey> tags) {
    for (const DcmTagKey& tag : tags) {
      for (const double value : item.numbers(tag)) add(Attributes::name(tag), value);
    }
  }

  void update(std::string_view bytes) { stream_.update(std::as_bytes(std::span(bytes))); }
  void update(std::span<const std::uint8_t> bytes) { stream_.update(std::as_bytes(bytes)); }
  std::string finish() { return to_hex(stream_.finish()); }

 private:
  Sha256Stream stream_;
};

// Where a frame lies and what it shows (PS3.3 C.7.6.16.2 and C.8.20.3).
void add_functional_groups(const Attributes& group, ContentDigest& digest) {
  digest.update(std::string_view("frame\n"));
  const auto add = [&](const DcmTagKey& sequence, std::initializer_list<DcmTagKey> tags) {
    for (const Attributes& item : group.items(sequence)) digest.add_numbers(item, tags);
  };
  add(DCM_PlanePositionSequence, {DCM_ImagePositionPatient});
  add(DCM_PlaneOrientationSequence, {DCM_ImageOrientationPatient});
  add(DCM_PixelMeasuresSequence, {DCM_PixelSpacing});
  add(DCM_PixelValueTransformationSequence, {DCM_RescaleSlope, DCM_RescaleIntercept});
  add(DCM_SegmentIdentificationSequence, {DCM_ReferencedSegmentNumber});
}

std::uint64_t pixel_byte_count(const Attributes& image) {
  constexpr int most = std::numeric_limits<std::uint16_t>::max();
  const auto rows = static_cast<std::uint64_t>(image.required_integer(DCM_Rows, 1, most));
  const auto columns = static_cast<std::uint64_t>(image.required_integer(DCM_Columns, 1, most));
  const auto bits = static_cast<std::uint64_t>(image.required_integer(DCM_BitsAllocated, 1, 64));
  const auto samples = image.has(DCM_SamplesPerPixel)
                           ? static_cast<std::uint64_t>(image.required_integer(DCM_SamplesPerPixel, 1, 4))
                           : 1;
  const auto frames = image.has(DCM_NumberOfFrames)
                          ? static_cast<std::uint64_t>(image.required_integer(
                                DCM_NumberOfFrames, 1, std::numeric_limits<int>::max()))
                          : 1;
  // Rows x columns x frames stays below 2^63; anything near it is longer than pixel data can be (2^32).
  const std::uint64_t pixels = rows * columns * frames;
  if (pixels > std::numeric_limits<std::uint32_t>::max() * std::uint64_t{8}) {
    image.reject(RejectionReason::truncated_pixel_data,
                 "rows x columns x frames exceed what pixel data can hold");
  }
  return (pixels * samples * bits + 7) / 8;
}

void add_pixels(const DicomFile& file, std::uint64_t size, ContentDigest& digest) {
  file.require_pixel_bytes(size);
  digest.add("PixelData", static_cast<double>(size));
  std::vector<std::uint8_t> piece(std::min<std::uint64_t>(size, 1 << 20));
  for (std::uint64_t offset = 0; offset < size; offset += piece.size()) {
    const auto part = std::span(piece).first(std::min<std::uint64_t>(piece.size(), size - offset));
    file.read_pixels(offset, part);
    digest.update(part);
  }
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

std::string image_content_digest(const std::filesystem::path& file) {
  const DicomFile dicom(file, Extent::whole);
  const Attributes data_set = dicom.attributes();
  if (!data_set.has(DCM_PixelData) && !data_set.has(DCM_Rows)) return ContentDigest().finish();
  dicom.require_uncompressed();
  if (!data_set.has(DCM_PixelData)) {
    data_set.reject(RejectionReason::missing_attribute, "there are no pixel data");
  }
  ContentDigest digest;
  digest.add_numbers(data_set, {DCM_Rows, DCM_Columns, DCM_SamplesPerPixel, DCM_NumberOfFrames,
                                DCM_BitsAllocated, DCM_BitsStored, DCM_HighBit, DCM_PixelRepresentation,
                                DCM_PixelSpacing, DCM_ImagePositionPatient, DCM_ImageOrientationPatient,
                                DCM_RescaleSlope, DCM_RescaleIntercept});
  for (const Attributes& segment : data_set.items(DCM_SegmentSequence)) {
    digest.add_numbers(segment, {DCM_SegmentNumber});
  }
  for (const DcmTagKey& groups : {DCM_SharedFunctionalGroupsSequence, DCM_PerFrameFunctionalGroupsSequence}) {
    for (const Attributes& group : data_set.items(groups)) add_functional_groups(group, digest);
  }
  add_pixels(dicom, pixel_byte_count(data_set), digest);
  return digest.finish();
}

}  // namespace glisson::dicom
