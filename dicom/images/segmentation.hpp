#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "dicom/images/image_series.hpp"
#include "engine/segment_mask.hpp"

namespace glisson::dicom {

/// A binary DICOM Segmentation, or a label map, read onto the grid of its image series (PS3.3 C.8.20).
struct Segmentation {
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  SeriesInstanceUid series_instance_uid;
  StudyInstanceUid study_instance_uid;
  std::string series_description;             ///< UTF-8.
  std::vector<engine::SegmentMask> segments;  ///< Sorted by segment number; empty masks included.
};

/// Reads a segmentation onto the grid of `images`. Frames of BINARY ones are bit-packed and need not end on
/// byte boundaries, and are not compressed; those of LABELMAP ones (8 or 16 bits, compressed without loss or
/// not) hold Segment Numbers, and Pixel Padding Value, else 0, where there is no segment;
/// omitted frames are empty; each frame is placed by its Image Position (Patient), shared or per frame, and
/// may cover a part of the image's plane. In-plane axes that are permuted or flipped against the images are
/// mapped. The corners of frames may deviate from the grid by at most a tenth of its spacing.
/// @param wanted numbers of the segments whose masks are read; none: all. The mask of another has no voxels
/// at all, not
///        even outside.
/// @throws RejectedInput not_a_segmentation, fractional_segmentation, segmentation_off_grid (also in another
///         frame of reference than the images), patient_mismatch (Patient ID or its issuer, where both have
///         one), truncated_pixel_data, corrupt_pixel_data, lossy_compression, unsupported_pixel_format,
///         unsupported_transfer_syntax, too_much_memory, missing_attribute, invalid_attribute, invalid_uid,
///         truncated_data_set, not_dicom.
/// @throws TransientError when the file cannot be opened.
Segmentation read_segmentation(const std::filesystem::path& file, const ImageSeries& images,
                               std::span<const int> wanted = {});

}  // namespace glisson::dicom
