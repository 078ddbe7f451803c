#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/coded_concept.hpp"
#include "engine/volume.hpp"

namespace glisson::tests {

enum class SyntheticTransferSyntax { implicit_little_endian, explicit_little_endian, explicit_big_endian };

/// What is wrong with a series: exactly one thing, else it is as it should be.
enum class SeriesDefect {
  none,
  missing_slice,        ///< The slice in the middle is not there.
  two_missing_slices,   ///< The two in the middle are not there.
  single_slice,         ///< Only the first is there.
  duplicate_position,   ///< The last slice lies where the one before lies.
  uneven_spacing,       ///< The slice in the middle is shifted by 0.4 spacings along the normal.
  gantry_tilt,          ///< Each slice is shifted by 1 mm in its plane against the one before.
  mixed_orientation,    ///< The last slice is turned by 2 degrees.
  mixed_pixel_spacing,  ///< The last slice has larger pixels.
  mixed_rows,           ///< The last slice has one row more.
  mixed_frame_of_reference,
  second_series,         ///< The last slice belongs to another series.
  secondary_capture,     ///< SOP class Secondary Capture.
  not_decoded,           ///< Compressed by JPEG 2000 Part 2, which nothing here decodes.
  jpeg_of_another_size,  ///< JPEG Lossless of one row less than Rows.
  truncated_jpeg,        ///< JPEG Lossless cut off in the middle.
  deflated,              ///< Deflated explicit VR little endian.
  colour,                ///< Three samples per pixel.
  four_bytes_per_pixel,  ///< 32 bits allocated.
  two_frames,
  high_bit_below_bits_stored,
  short_pixel_data,  ///< Pixel data of half the length that rows and columns demand.
  no_pixel_data,
  truncated_file,           ///< The file ends within the pixel data.
  absurd_rows_and_columns,  ///< 65535 x 65535 pixels, the pixel data as before.
  no_rescale,
  rescale_slope_zero,
  no_position,
  position_not_a_number,
  no_orientation,
  orientation_not_orthogonal,
  pixel_spacing_zero,
  no_sop_instance_uid,
  malformed_series_uid,
};

/// A classic image series. The standard values make a CT series of 5 slices in plain axial orientation.
struct SyntheticSeries {
  std::string modality = "CT";  ///< "CT", "MR" or "PT"; the SOP class follows.
  std::array<int, 3> size{7, 5, 5};
  engine::Vector3 spacing{0.75, 1.5, 4};  ///< x, y, z in mm.
  engine::Vector3 origin{-10, 20, -30};
  engine::Vector3 row_direction{1, 0, 0};
  engine::Vector3 column_direction{0, 1, 0};
  SyntheticTransferSyntax transfer_syntax = SyntheticTransferSyntax::explicit_little_endian;
  int bits_allocated = 16;
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = true;
  /// Bits outside of Bits Stored: all set, so that a reader that does not mask them fails; or the sign's, as
  /// scanners and encoders have them.
  bool extend_sign = false;
  /// Pixel Padding Value and Range Limit as stored; absent unless given.
  std::optional<int> padding_value;
  std::optional<int> padding_limit;
  bool lossy_before = false;  ///< Lossy Image Compression is 01.
  std::function<int(int x, int y, int z)> stored_value = [](int x, int y, int z) {
    return x + 10 * y + 100 * z;
  };
  std::function<double(int z)> slope = [](int) { return 1; };
  std::function<double(int z)> intercept = [](int) { return -1024; };
  std::string rescale_type = "HU";
  std::string units = "BQML";  ///< Of PET.
  std::string patient_name = "Test^Tina";
  std::string patient_id = "T1";
  std::string issuer_of_patient_id;  ///< Empty: absent.
  std::string character_set = "ISO_IR 100";
  std::string series_description = "Synthetic";
  std::string timezone_offset;  ///< Empty: absent.
  std::string study = "1";      ///< UIDs derive from this and `series`.
  std::string series = "1";
  SeriesDefect defect = SeriesDefect::none;

  engine::Grid grid() const;
  std::string image_uid(int z) const;
};

/// Writes a series into a folder, which is made where absent, under names whose order says nothing.
/// @return the files, file z of slice z.
std::vector<std::filesystem::path> write_series(const SyntheticSeries& series,
                                                const std::filesystem::path& folder);

/// What is wrong with a segmentation: exactly one thing, else it is as it should be.
enum class SegmentationDefect {
  none,
  not_a_segmentation,  ///< SOP class Raw Data.
  fractional,
  label_map_type,  ///< SegmentationType LABELMAP under the SOP class Segmentation.
  eight_bits_allocated,
  run_length_encoded,
  off_grid_in_plane,  ///< Shifted by a third of a pixel.
  off_grid_by_slice,  ///< Shifted by a third of the slice distance.
  other_pixel_spacing,
  turned_in_plane,  ///< By 30 degrees.
  other_frame_of_reference,
  outside_of_images,  ///< One frame lies beyond the last slice and marks voxels there.
  short_pixel_data,
  no_pixel_data,
  truncated_file,
  absurd_number_of_frames,  ///< 2147483647, the rest as before.
  absurd_rows_and_columns,  ///< 65535 x 65535, the rest as before.
  negative_number_of_frames,
  no_per_frame_groups,
  too_few_per_frame_groups,
  no_segment_sequence,
  no_segment_identification,
  unknown_segment_number,
  duplicate_segment_number,
  no_plane_position,
  plane_position_not_a_number,
  plane_position_absurdly_far,  ///< 1e30 mm.
};

/// One segment; `inside` says which voxels of the images belong to it.
struct SyntheticSegment {
  int number = 1;
  std::string label = "Lesion 1";
  engine::CodedConcept type{"4147007", "SCT", "Mass"};
  std::function<bool(int x, int y, int z)> inside = [](int x, int y, int z) {
    return (x + 2 * y + 3 * z) % 5 == 0;
  };
};

/// How the frames' pixels lie against those of the images.
enum class FrameAxes { as_images, mirrored_columns, mirrored_rows, rows_and_columns_swapped, sagittal };

enum class LabelMap { none, uncompressed, run_length_encoded };

/// A BINARY segmentation of a synthetic series, or a label map.
struct SyntheticSegmentation {
  std::vector<SyntheticSegment> segments{SyntheticSegment{}};
  /// Label Map Segmentation of 16 bits; where segments overlap, the last counts. Every slice has a frame.
  LabelMap label_map = LabelMap::none;
  bool describes_background = false;      ///< As segment 0 of a label map.
  std::optional<std::string> patient_id;  ///< That of the series unless given.
  bool omit_empty_frames = true;
  bool geometry_per_frame = false;  ///< Orientation and pixel measures per frame instead of shared.
  bool shared_segment = false;      ///< Segment identification shared (one segment only).
  FrameAxes axes = FrameAxes::as_images;
  /// First voxel and size of the part of the plane that the frames cover (x, y); size 0: the whole.
  std::array<int, 2> part_origin{0, 0};
  std::array<int, 2> part_size{0, 0};
  std::string character_set = "ISO_IR 100";
  SyntheticTransferSyntax transfer_syntax = SyntheticTransferSyntax::explicit_little_endian;
  bool refers_to_images = true;
  std::vector<int> referenced_slices;  ///< Empty: all.
  double spacing_factor = 1;           ///< Of the Pixel Spacing that is written, as rounding changes it.
  std::string uid_seed = "segmentation";
  SegmentationDefect defect = SegmentationDefect::none;
};

/// Writes a segmentation of the series to a file.
void write_segmentation(const SyntheticSegmentation& segmentation, const SyntheticSeries& series,
                        const std::filesystem::path& file);

/// Cuts a file to its first `bytes` bytes.
void truncate_file(const std::filesystem::path& file, std::uintmax_t bytes);

}  // namespace glisson::tests
