#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
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
  /// Lowest and highest stored value that stand for no measurement: Pixel Padding Value (0028,0120) to Pixel
  /// Padding Range Limit (0028,0121); PS3.3 C.7.5.1.1.2.
  std::optional<std::array<int, 2>> padding;
};

/// What the pixels of a slice were found to be.
struct SlicePixels {
  bool lossy = false;   ///< Information was lost in compression, now or before.
  bool padded = false;  ///< Some are padding.
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
  std::string patient_id;
  std::string issuer_of_patient_id;
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

/// Reads the slice's pixels, decoding them where compressed, as rescaled intensities, row by row.
/// @param target rows x columns values.
/// @param padding as many, set to 1 where the pixel is padding; empty where the format knows of none.
/// @throws RejectedInput corrupt_pixel_data, unsupported_pixel_format, truncated_pixel_data.
SlicePixels read_intensities(const Slice& slice, std::span<float> target, std::span<std::uint8_t> padding);

}  // namespace glisson::dicom
