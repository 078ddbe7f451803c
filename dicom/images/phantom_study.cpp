#include "dicom/images/phantom_study.hpp"

#include <dcmtk/dcmdata/dcuid.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <span>
#include <system_error>
#include <vector>

#include "dicom/data_set_writer.hpp"
#include "dicom/dicom_file.hpp"
#include "dicom/images/phantom_anatomy.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

constexpr const char* accession_number = "PHANTOM1";
constexpr std::array segments{phantom_liver, phantom_lesion_1, phantom_lesion_2};

/// One CT series of the phantom.
struct PhantomSeries {
  PhantomPhase phase;
  const char* name;
  const char* number;
  const char* description;
  const char* time;  ///< TM of series, acquisition and content.
};

constexpr PhantomSeries arterial_series{PhantomPhase::arterial, "arterial", "2", "Late arterial phase",
                                        "101500"};
constexpr PhantomSeries portal_series{PhantomPhase::portal, "portal", "3", "Portal venous phase", "101545"};

/// How a segment of the phantom is described.
struct PhantomSegmentDescription {
  const char* label;
  engine::CodedConcept category;
  engine::CodedConcept type;
};

PhantomSegmentDescription describe(PhantomSegment segment) {
  if (segment == phantom_liver) {
    return {"Liver", {"91723000", "SCT", "Anatomical Structure"}, {"10200004", "SCT", "Liver"}};
  }
  return {segment == phantom_lesion_1 ? "Lesion 1" : "Lesion 2",
          {"49755003", "SCT", "Morphologically Abnormal Structure"},
          {"4147007", "SCT", "Mass"}};
}

// The number after the name changes when the phantom's pixels do: one UID never stands for two contents.
std::string uid(const std::string& what) { return derive_uid("glisson phantom 1 " + what); }

std::string image_uid(const PhantomSeries& series, int z) {
  return uid(std::string(series.name) + " image " + std::to_string(z));
}

void put_patient_and_study(DataSetWriter& data_set) {
  data_set.put(DCM_SpecificCharacterSet, "ISO_IR 192")
      .put(DCM_PatientName, "Phantom^Liver")
      .put(DCM_PatientID, "GLISSON-PHANTOM")
      .put(DCM_PatientBirthDate, "")
      .put(DCM_PatientSex, "O")
      .put(DCM_StudyInstanceUID, uid("study"))
      .put(DCM_StudyDate, "20260105")
      .put(DCM_StudyTime, "101000")
      .put(DCM_StudyID, "1")
      .put(DCM_StudyDescription, "Synthetic liver CT")
      .put(DCM_AccessionNumber, accession_number)
      .put(DCM_ReferringPhysicianName, "")
      .put(DCM_FrameOfReferenceUID, uid("frame of reference"))
      .put(DCM_PositionReferenceIndicator, "")
      .put(DCM_Manufacturer, "Glisson phantom")
      .put(DCM_ManufacturerModelName, "Synthetic liver")
      .put(DCM_DeviceSerialNumber, "1")
      .put(DCM_SoftwareVersions, "1");
}

void put_times(DataSetWriter& data_set, const std::string& time) {
  data_set.put(DCM_SeriesDate, "20260105")
      .put(DCM_SeriesTime, time)
      .put(DCM_ContentDate, "20260105")
      .put(DCM_ContentTime, time);
}

void put_ct_attributes(DataSetWriter& image, const PhantomSeries& series, int z) {
  put_times(image, series.time);
  image.put(DCM_SOPClassUID, UID_CTImageStorage)
      .put(DCM_SOPInstanceUID, image_uid(series, z))
      .put(DCM_SeriesInstanceUID, uid(series.name))
      .put(DCM_Modality, "CT")
      .put(DCM_SeriesNumber, series.number)
      .put(DCM_SeriesDescription, series.description)
      .put(DCM_BodyPartExamined, "LIVER")
      .put(DCM_PatientPosition, "HFS")
      .put(DCM_ImageType, "ORIGINAL\\PRIMARY\\AXIAL")
      .put(DCM_AcquisitionNumber, series.number)
      .put(DCM_AcquisitionDate, "20260105")
      .put(DCM_AcquisitionTime, series.time)
      .put(DCM_InstanceNumber, std::to_string(z + 1))
      .put(DCM_ContrastBolusAgent, "Simulated contrast agent")
      .put(DCM_KVP, "120")
      .put(DCM_RescaleType, "HU")
      .put(DCM_RescaleIntercept, "-1024")
      .put(DCM_RescaleSlope, "1")
      .put(DCM_WindowCenter, "80")
      .put(DCM_WindowWidth, "350");
}

void put_plane(DataSetWriter& image, const engine::Grid& grid, int z) {
  const engine::Vector3 position = grid.position({0, 0, static_cast<double>(z)});
  image.put_decimals(DCM_ImagePositionPatient, position)
      .put(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0")
      .put_decimals(DCM_PixelSpacing, std::array{grid.spacing[1], grid.spacing[0]})
      .put_decimals(DCM_SliceThickness, std::array{grid.spacing[2]})
      .put_decimals(DCM_SliceLocation, std::array{position[2]});
}

void put_ct_pixels(DataSetWriter& image, const engine::Volume& volume, int z) {
  const auto plane =
      static_cast<std::size_t>(volume.grid.size[0]) * static_cast<std::size_t>(volume.grid.size[1]);
  std::vector<std::uint16_t> words;
  words.reserve(plane);
  for (const float value : std::span(volume.values).subspan(static_cast<std::size_t>(z) * plane, plane)) {
    words.push_back(static_cast<std::uint16_t>(value + 1024));
  }
  image.put(DCM_SamplesPerPixel, std::uint16_t{1})
      .put(DCM_PhotometricInterpretation, "MONOCHROME2")
      .put(DCM_Rows, static_cast<std::uint16_t>(volume.grid.size[1]))
      .put(DCM_Columns, static_cast<std::uint16_t>(volume.grid.size[0]))
      .put(DCM_BitsAllocated, std::uint16_t{16})
      .put(DCM_BitsStored, std::uint16_t{12})
      .put(DCM_HighBit, std::uint16_t{11})
      .put(DCM_PixelRepresentation, std::uint16_t{0})
      .put_words(DCM_PixelData, words);
}

void write_series(const PhantomSeries& series, const std::filesystem::path& folder) {
  const engine::Volume volume = phantom_volume(series.phase);
  for (int z = 0; z < volume.grid.size[2]; ++z) {
    DcmFileFormat object;
    DataSetWriter image(*object.getDataset());
    put_patient_and_study(image);
    put_ct_attributes(image, series, z);
    put_plane(image, volume.grid, z);
    put_ct_pixels(image, volume, z);
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%04d.dcm", z + 1);
    write_file(object, folder / name.data());
  }
}

/// The frames of the SEG: the non-empty slices of each segment, bit-packed one after the other.
class PackedFrames {
 public:
  struct Frame {
    PhantomSegment segment;
    int z;
  };

  PackedFrames() {
    for (const PhantomSegment segment : segments) add(segment);
  }

  const std::vector<Frame>& frames() const { return frames_; }
  /// Padded to an even number of bytes (PS3.5 8.1.1).
  std::vector<std::uint8_t> bytes() const {
    std::vector<std::uint8_t> padded = bytes_;
    if (padded.size() % 2 != 0) padded.push_back(0);
    return padded;
  }

 private:
  void add(PhantomSegment segment) {
    const engine::Mask mask = phantom_mask(segment);
    const auto plane =
        static_cast<std::size_t>(mask.grid.size[0]) * static_cast<std::size_t>(mask.grid.size[1]);
    for (int z = 0; z < mask.grid.size[2]; ++z) {
      const auto slice = std::span(mask.voxels).subspan(static_cast<std::size_t>(z) * plane, plane);
      if (std::find(slice.begin(), slice.end(), 1) == slice.end()) continue;
      frames_.push_back({segment, z});
      for (const std::uint8_t voxel : slice) append(voxel);
    }
  }

  void append(std::uint8_t bit) {
    if (bits_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (bit << (bits_ % 8)));
    ++bits_;
  }

  std::vector<Frame> frames_;
  std::vector<std::uint8_t> bytes_;
  std::size_t bits_ = 0;
};

void put_segments(DataSetWriter& segmentation) {
  for (const PhantomSegment segment : segments) {
    const PhantomSegmentDescription description = describe(segment);
    segmentation.add_item(DCM_SegmentSequence)
        .put(DCM_SegmentNumber, static_cast<std::uint16_t>(segment))
        .put(DCM_SegmentLabel, description.label)
        .put_code(DCM_SegmentedPropertyCategoryCodeSequence, description.category)
        .put_code(DCM_SegmentedPropertyTypeCodeSequence, description.type)
        .put_code(DCM_AnatomicRegionSequence, {"10200004", "SCT", "Liver"})
        .put(DCM_SegmentAlgorithmType, "MANUAL")
        .put(DCM_TrackingID, description.label)
        .put(DCM_TrackingUID, uid(std::string("tracking ") + description.label));
  }
}

void put_references(DataSetWriter& segmentation, int images) {
  DataSetWriter series = segmentation.add_item(DCM_ReferencedSeriesSequence);
  series.put(DCM_SeriesInstanceUID, uid(portal_series.name));
  for (int z = 0; z < images; ++z) {
    series.add_item(DCM_ReferencedInstanceSequence)
        .put(DCM_ReferencedSOPClassUID, UID_CTImageStorage)
        .put(DCM_ReferencedSOPInstanceUID, image_uid(portal_series, z));
  }
}

void put_dimensions(DataSetWriter& segmentation) {
  const std::string organization = uid("dimension organization");
  segmentation.add_item(DCM_DimensionOrganizationSequence).put(DCM_DimensionOrganizationUID, organization);
  segmentation.add_item(DCM_DimensionIndexSequence)
      .put(DCM_DimensionOrganizationUID, organization)
      .put_tag(DCM_DimensionIndexPointer, DCM_ReferencedSegmentNumber)
      .put_tag(DCM_FunctionalGroupPointer, DCM_SegmentIdentificationSequence)
      .put(DCM_DimensionDescriptionLabel, "Segment Number");
  segmentation.add_item(DCM_DimensionIndexSequence)
      .put(DCM_DimensionOrganizationUID, organization)
      .put_tag(DCM_DimensionIndexPointer, DCM_ImagePositionPatient)
      .put_tag(DCM_FunctionalGroupPointer, DCM_PlanePositionSequence)
      .put(DCM_DimensionDescriptionLabel, "Image Position Patient");
}

void put_shared_groups(DataSetWriter& segmentation, const engine::Grid& grid) {
  DataSetWriter shared = segmentation.add_item(DCM_SharedFunctionalGroupsSequence);
  shared.add_item(DCM_PlaneOrientationSequence).put(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
  shared.add_item(DCM_PixelMeasuresSequence)
      .put_decimals(DCM_SliceThickness, std::array{grid.spacing[2]})
      .put_decimals(DCM_SpacingBetweenSlices, std::array{grid.spacing[2]})
      .put_decimals(DCM_PixelSpacing, std::array{grid.spacing[1], grid.spacing[0]});
}

void put_frame_groups(DataSetWriter& segmentation, const engine::Grid& grid,
                      const PackedFrames::Frame& frame) {
  DataSetWriter groups = segmentation.add_item(DCM_PerFrameFunctionalGroupsSequence);
  DataSetWriter derivation = groups.add_item(DCM_DerivationImageSequence);
  derivation.put_code(DCM_DerivationCodeSequence, {"113076", "DCM", "Segmentation"});
  derivation.add_item(DCM_SourceImageSequence)
      .put(DCM_ReferencedSOPClassUID, UID_CTImageStorage)
      .put(DCM_ReferencedSOPInstanceUID, image_uid(portal_series, frame.z))
      .put(DCM_SpatialLocationsPreserved, "YES")
      .put_code(DCM_PurposeOfReferenceCodeSequence,
                {"121322", "DCM", "Source image for image processing operation"});
  groups.add_item(DCM_FrameContentSequence)
      .put_longs(DCM_DimensionIndexValues, std::array{static_cast<std::uint32_t>(frame.segment),
                                                      static_cast<std::uint32_t>(frame.z + 1)});
  const engine::Vector3 position = grid.position({0, 0, static_cast<double>(frame.z)});
  groups.add_item(DCM_PlanePositionSequence).put_decimals(DCM_ImagePositionPatient, position);
  groups.add_item(DCM_SegmentIdentificationSequence)
      .put(DCM_ReferencedSegmentNumber, static_cast<std::uint16_t>(frame.segment));
}

void put_segmentation_attributes(DataSetWriter& segmentation, const engine::Grid& grid, std::size_t frames) {
  put_times(segmentation, "103000");
  segmentation.put(DCM_SOPClassUID, UID_SegmentationStorage)
      .put(DCM_SOPInstanceUID, uid("segmentation"))
      .put(DCM_SeriesInstanceUID, uid("segmentation series"))
      .put(DCM_Modality, "SEG")
      .put(DCM_SeriesNumber, "900")
      .put(DCM_SeriesDescription, "Liver and lesions")
      .put(DCM_InstanceNumber, "1")
      .put(DCM_ImageType, "DERIVED\\PRIMARY")
      .put(DCM_ContentLabel, "LIVER_LESIONS")
      .put(DCM_ContentDescription, "Outlines that the phantom was made of")
      .put(DCM_ContentCreatorName, "")
      .put(DCM_SegmentationType, "BINARY")
      .put(DCM_SegmentsOverlap, "YES")
      .put(DCM_LossyImageCompression, "00")
      .put(DCM_SamplesPerPixel, std::uint16_t{1})
      .put(DCM_PhotometricInterpretation, "MONOCHROME2")
      .put(DCM_NumberOfFrames, std::to_string(frames))
      .put(DCM_Rows, static_cast<std::uint16_t>(grid.size[1]))
      .put(DCM_Columns, static_cast<std::uint16_t>(grid.size[0]))
      .put(DCM_BitsAllocated, std::uint16_t{1})
      .put(DCM_BitsStored, std::uint16_t{1})
      .put(DCM_HighBit, std::uint16_t{0})
      .put(DCM_PixelRepresentation, std::uint16_t{0});
}

void write_segmentation(const std::filesystem::path& file) {
  const engine::Grid grid = phantom_grid();
  const PackedFrames packed;
  DcmFileFormat object;
  DataSetWriter segmentation(*object.getDataset());
  put_patient_and_study(segmentation);
  put_segmentation_attributes(segmentation, grid, packed.frames().size());
  put_segments(segmentation);
  put_references(segmentation, grid.size[2]);
  put_dimensions(segmentation);
  put_shared_groups(segmentation, grid);
  for (const PackedFrames::Frame& frame : packed.frames()) put_frame_groups(segmentation, grid, frame);
  segmentation.put_bytes(DCM_PixelData, packed.bytes());
  write_file(object, file);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw TransientError(folder.string() + " cannot be made: " + error.message());
}

}  // namespace

PhantomStudy write_phantom_study(const std::filesystem::path& folder) {
  silence_toolkit();
  PhantomStudy study;
  study.study_instance_uid = StudyInstanceUid(uid("study"));
  study.accession_number = accession_number;
  study.images = phantom_grid().size[2];
  study.arterial = folder / arterial_series.name;
  study.portal = folder / portal_series.name;
  study.segmentation = folder / "seg.dcm";
  make_folder(study.arterial);
  make_folder(study.portal);
  write_series(arterial_series, study.arterial);
  write_series(portal_series, study.portal);
  write_segmentation(study.segmentation);
  return study;
}

}  // namespace glisson::dicom
