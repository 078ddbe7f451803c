#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>

#include "dicom/identity.hpp"
#include "engine/volume.hpp"

namespace glisson::dicom {

/// How the pixels of a slice are stored (PS3.3 C.7.6.3) and become intensities (PS3.3 C.11.1).
struct PixelFormat {
  int bits_allocated = 16;  ///< 8 or 16.
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = false;
  double slope = 1;
  double intercept = 0;
};

/// One classic CT, MR or PET image without its pixels: everything that makes it a slice of a volume.
struct Slice {
  std::filesystem::path file;
  std::string name;  ///< The file's name without folders, for messages.
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  StudyInstanceUid study_instance_uid;
  SeriesInstanceUid series_instance_uid;
  FrameOfReferenceUid frame_of_reference_uid;
  std::string modality;
  std::string series_description;
  std::string manufacturer;
  std::string timezone_offset;  ///< Timezone Offset From UTC (0008,0201), as +0100; empty where absent.
  std::string intensity_unit;   ///< UCUM.
  double slice_thickness = 0;   ///< mm; 0 where absent.
  int rows = 0;
  int columns = 0;
  std::array<double, 2> pixel_spacing{};  ///< Between rows, between columns, in mm, as Pixel Spacing.
  engine::Vector3 position{};             ///< Image Position (Patient).
  engine::Vector3 row_direction{};        ///< Unit vector along a row (x index grows).
  engine::Vector3 column_direction{};     ///< Unit vector down a column (y index grows), normal to the row's.
  PixelFormat format;
};

/// Reads everything but the pixels and checks that those are all there.
/// @throws RejectedInput as read_image_series() for what concerns a single image.
Slice read_slice(const std::filesystem::path& file);

/// Reads the slice's pixels as rescaled intensities, row by row.
/// @param target rows x columns values.
void read_intensities(const Slice& slice, std::span<float> target);

}  // namespace glisson::dicom
