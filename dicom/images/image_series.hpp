#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "engine/volume.hpp"

namespace glisson::dicom {

/// One source image of a volume, in the order of the volume's slices.
struct SourceImage {
  std::filesystem::path file;
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
};

/// A classic CT, MR or PET series as a volume.
struct ImageSeries {
  StudyInstanceUid study_instance_uid;
  SeriesInstanceUid series_instance_uid;
  FrameOfReferenceUid frame_of_reference_uid;
  std::string patient_id;  ///< UTF-8; empty where absent, as the issuer.
  std::string issuer_of_patient_id;
  std::string modality;             ///< "CT", "MR" or "PT".
  std::string series_description;   ///< UTF-8.
  std::string manufacturer;         ///< UTF-8.
  std::string timezone_offset;      ///< Of the images' dates and times, as "+0100"; empty where not stated.
  double slice_thickness = 0;       ///< mm, of the first slice; 0 where absent.
  std::string intensity_unit;       ///< UCUM: "[hnsf'U]" for CT in HU, Units (0054,1001) for PET, else "1".
  std::vector<SourceImage> images;  ///< images[z] is slice z of the volume.
  int lossy_images = 0;             ///< How many were compressed with loss, now or before they were sent.
  engine::Volume volume;
  /// 1 for voxels that stand for no measurement (Pixel Padding Value), in the order of the volume's values;
  /// empty where there are none. Their values are rescaled like any other.
  std::vector<std::uint8_t> padding;
};

/// Reads the files of one series into a volume: slices are sorted by their position along the slice normal
/// (never by Instance Number), each is rescaled by its own Rescale Slope and Intercept, and the grid's axes
/// are made right-handed with z ascending along the normal (row direction x column direction).
///
/// Positions may deviate from regular spacing by at most 1 % of it or 0.01 mm, whichever is larger.
/// A CT or PET image without Rescale Slope and Intercept is refused (they are Type 1 there, and guessing them
/// gives wrong numbers); an MR image without them is read as stored. Pixel data are decoded where their
/// transfer syntax is (dicom/transfer_syntax.hpp), lossy ones too: who measures them decides whether to.
/// @param files all of one series; others are refused.
/// @throws RejectedInput unsupported_sop_class, unsupported_transfer_syntax, unsupported_pixel_format,
///         truncated_pixel_data, corrupt_pixel_data, too_few_slices, missing_slices, duplicate_positions,
///         mixed_orientation, mixed_spacing, mixed_size, mixed_frame_of_reference, mixed_series,
///         sheared_volume, missing_attribute, invalid_attribute, invalid_uid, truncated_data_set, not_dicom.
/// @throws TransientError when a file cannot be opened.
ImageSeries read_image_series(std::span<const std::filesystem::path> files);

/// Reads the images that a segmentation refers to as a part of their whole series, because segmentations may
/// refer to no more than the slices that their frames lie on (PS3.3 C.7.6.16.2.6), and neighbouring slices
/// matter to resampling and filters.
///
/// Of `rest`, images are passed over that cannot be read as slices or differ in series, orientation, size,
/// spacing, frame of reference or unit (a localizer, a dose report). Where the others make no regular volume
/// together with the referenced ones (several phases in one series, say), the referenced ones are read alone,
/// unless others lie between them: then they would pass for a series of larger spacing.
/// @param referenced files of the images that must be part of the volume.
/// @param rest files of the other images of their series.
/// @throws RejectedInput as above, about the whole series where others lie between the referenced ones.
/// @throws TransientError when a file cannot be opened.
ImageSeries read_image_series(std::span<const std::filesystem::path> referenced,
                              std::span<const std::filesystem::path> rest);

}  // namespace glisson::dicom
