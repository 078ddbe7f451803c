#include "dicom/images/segmentation.hpp"

#include <algorithm>
#include <limits>

#include "dicom/dicom_file.hpp"
#include "dicom/images/frame_placement.hpp"
#include "engine/large_array.hpp"

namespace glisson::dicom {
namespace {

using enum RejectionReason;

/// The masks of all segments together may take this much memory.
constexpr std::uint64_t most_mask_bytes = std::uint64_t{4} << 30;

struct FrameShape {
  int rows = 0;
  int columns = 0;
  int frames = 0;

  std::uint64_t bits_per_frame() const {
    return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
  }
  /// Frames follow each other without padding bits (PS3.5 8.1.1, PS3.3 C.8.20.2.1).
  std::uint64_t bytes() const { return (bits_per_frame() * static_cast<std::uint64_t>(frames) + 7) / 8; }
};

void require_binary_segmentation(const DicomFile& dicom) {
  const Attributes data_set = dicom.attributes();
  if (data_set.required_text(DCM_SOPClassUID) != "1.2.840.10008.5.1.4.1.1.66.4") {
    data_set.reject(not_a_segmentation, "the SOP class is not Segmentation Storage");
  }
  dicom.require_uncompressed();
  const std::string type = data_set.required_text(DCM_SegmentationType);
  if (type == "FRACTIONAL") data_set.reject(fractional_segmentation, "SegmentationType is FRACTIONAL");
  if (type != "BINARY") data_set.reject(not_a_segmentation, "SegmentationType is not BINARY");
  if (data_set.required_number(DCM_BitsAllocated) != 1 ||
      data_set.required_number(DCM_SamplesPerPixel) != 1) {
    data_set.reject(unsupported_pixel_format,
                    "a BINARY segmentation has 1 bit allocated and 1 sample per pixel");
  }
}

void require_frame_of_reference(const Attributes& data_set, const FrameOfReferenceUid& of_images) {
  const auto own = data_set.uid<FrameOfReferenceUid>(DCM_FrameOfReferenceUID);
  if (!own.empty() && !of_images.empty() && own != of_images) {
    data_set.reject(segmentation_off_grid, "the images have another frame of reference");
  }
}

FrameShape read_frame_shape(const DicomFile& dicom) {
  constexpr int most = std::numeric_limits<std::uint16_t>::max();
  const Attributes data_set = dicom.attributes();
  FrameShape shape;
  shape.rows = data_set.required_integer(DCM_Rows, 1, most);
  shape.columns = data_set.required_integer(DCM_Columns, 1, most);
  shape.frames = data_set.required_integer(DCM_NumberOfFrames, 1, std::numeric_limits<int>::max());
  dicom.require_pixel_bytes(shape.bytes());
  return shape;
}

engine::SegmentMask describe_segment(const Attributes& item) {
  engine::SegmentMask segment;
  segment.segment_number =
      item.required_integer(DCM_SegmentNumber, 1, std::numeric_limits<std::uint16_t>::max());
  segment.label = item.text(DCM_SegmentLabel);
  segment.category = item.code(DCM_SegmentedPropertyCategoryCodeSequence);
  segment.type = item.code(DCM_SegmentedPropertyTypeCodeSequence);
  segment.algorithm = item.text(DCM_SegmentAlgorithmType);
  segment.tracking_id = item.text(DCM_TrackingID);
  segment.tracking_uid = item.text(DCM_TrackingUID);
  if (!is_valid_uid(segment.tracking_uid)) segment.tracking_uid.clear();
  return segment;
}

std::vector<engine::SegmentMask> describe_segments(const Attributes& data_set, const engine::Grid& grid) {
  std::vector<engine::SegmentMask> segments;
  for (const Attributes& item : data_set.items(DCM_SegmentSequence)) {
    segments.push_back(describe_segment(item));
  }
  if (segments.empty()) data_set.reject(missing_attribute, "SegmentSequence is absent or empty");
  std::sort(segments.begin(), segments.end(),
            [](const auto& a, const auto& b) { return a.segment_number < b.segment_number; });
  const auto same_number = [](const auto& a, const auto& b) { return a.segment_number == b.segment_number; };
  if (std::adjacent_find(segments.begin(), segments.end(), same_number) != segments.end()) {
    data_set.reject(invalid_attribute, "two segments have the same SegmentNumber");
  }
  if (segments.size() * grid.voxel_count() > most_mask_bytes) {
    data_set.reject(too_much_memory, std::to_string(segments.size()) + " segments of " +
                                         std::to_string(grid.voxel_count()) + " voxels each");
  }
  for (auto& segment : segments) {
    segment.mask.grid = grid;
    segment.mask.voxels = engine::large_array<std::uint8_t>(grid.voxel_count());
  }
  return segments;
}

/// Reads bit-packed frames one at a time: the first pixel is the least significant bit.
class PackedFrames {
 public:
  PackedFrames(const DicomFile& dicom, const FrameShape& shape) : dicom_(dicom), shape_(shape) {}

  /// Calls visit(column, row) for each pixel of the frame that is set.
  template <typename Visit>
  void for_each_set_pixel(int frame, const Visit& visit) {
    const std::uint64_t first = static_cast<std::uint64_t>(frame) * shape_.bits_per_frame();
    const std::uint64_t end = first + shape_.bits_per_frame();
    bytes_.resize((end + 7) / 8 - first / 8);
    dicom_.read_pixels(first / 8, bytes_);
    for (std::uint64_t bit = first; bit < end;) {
      const unsigned byte = bytes_[bit / 8 - first / 8];
      if (byte == 0) {
        bit = (bit / 8 + 1) * 8;
        continue;
      }
      if (((byte >> (bit % 8)) & 1U) != 0) {
        const std::uint64_t pixel = bit - first;
        const auto columns = static_cast<std::uint64_t>(shape_.columns);
        visit(static_cast<int>(pixel % columns), static_cast<int>(pixel / columns));
      }
      ++bit;
    }
  }

 private:
  const DicomFile& dicom_;
  const FrameShape& shape_;
  std::vector<std::uint8_t> bytes_;
};

engine::SegmentMask& find_segment(std::vector<engine::SegmentMask>& segments,
                                  const Attributes& identification) {
  const int number = identification.required_integer(DCM_ReferencedSegmentNumber, 1,
                                                     std::numeric_limits<std::uint16_t>::max());
  const auto found = std::find_if(segments.begin(), segments.end(),
                                  [&](const auto& segment) { return segment.segment_number == number; });
  if (found == segments.end()) {
    identification.reject(invalid_attribute, "a frame belongs to segment " + std::to_string(number) +
                                                 ", which SegmentSequence does not describe");
  }
  return *found;
}

void paint_frames(const DicomFile& dicom, const FrameShape& shape,
                  std::vector<engine::SegmentMask>& segments) {
  const Attributes data_set = dicom.attributes();
  const std::vector<Attributes> frames = data_set.items(DCM_PerFrameFunctionalGroupsSequence);
  if (frames.size() < static_cast<std::size_t>(shape.frames)) {
    data_set.reject(missing_attribute, "functional groups of " + std::to_string(frames.size()) + " of " +
                                           std::to_string(shape.frames) + " frames");
  }
  const auto shared = data_set.first_item(DCM_SharedFunctionalGroupsSequence);
  PackedFrames packed(dicom, shape);
  for (int frame = 0; frame < shape.frames; ++frame) {
    const FunctionalGroups groups(frames[static_cast<std::size_t>(frame)], shared);
    engine::Mask& mask = find_segment(segments, groups.macro(DCM_SegmentIdentificationSequence)).mask;
    const FramePlacement placement = place_frame(groups, mask.grid, shape.rows, shape.columns, frame);
    packed.for_each_set_pixel(frame, [&](int column, int row) {
      const auto [x, y, z] = placement.voxel(column, row);
      const auto& size = mask.grid.size;
      if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) {
        data_set.reject(segmentation_off_grid,
                        "frame " + std::to_string(frame + 1) + " marks voxels outside of the images");
      }
      mask.voxels[mask.grid.offset(x, y, z)] = 1;
    });
  }
}

}  // namespace

Segmentation read_segmentation(const std::filesystem::path& file, const ImageSeries& images) {
  const DicomFile dicom(file, Extent::whole);
  const Attributes data_set = dicom.attributes();
  require_binary_segmentation(dicom);
  require_frame_of_reference(data_set, images.frame_of_reference_uid);
  const FrameShape shape = read_frame_shape(dicom);

  Segmentation segmentation;
  segmentation.sop_class_uid = data_set.required_uid<SopClassUid>(DCM_SOPClassUID);
  segmentation.sop_instance_uid = data_set.required_uid<SopInstanceUid>(DCM_SOPInstanceUID);
  segmentation.series_instance_uid = data_set.required_uid<SeriesInstanceUid>(DCM_SeriesInstanceUID);
  segmentation.study_instance_uid = data_set.required_uid<StudyInstanceUid>(DCM_StudyInstanceUID);
  segmentation.series_description = data_set.text(DCM_SeriesDescription);
  segmentation.segments = describe_segments(data_set, images.volume.grid);
  paint_frames(dicom, shape, segmentation.segments);
  return segmentation;
}

}  // namespace glisson::dicom
