#include "dicom/images/segmentation.hpp"

#include <algorithm>
#include <limits>

#include "dicom/dicom_file.hpp"
#include "dicom/images/frame_placement.hpp"
#include "dicom/images/pixel_frames.hpp"
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

enum class SegmentationType { binary, label_map };

SegmentationType require_supported_type(const DicomFile& dicom) {
  const Attributes data_set = dicom.attributes();
  const auto sop_class = data_set.required_uid<SopClassUid>(DCM_SOPClassUID);
  if (!is_segmentation_sop_class(sop_class)) {
    data_set.reject(not_a_segmentation, "the SOP class is neither Segmentation nor Label Map Segmentation");
  }
  const bool label_map = is_label_map_sop_class(sop_class);
  if (!label_map) dicom.require_uncompressed();
  const std::string type = data_set.required_text(DCM_SegmentationType);
  if (type == "FRACTIONAL") data_set.reject(fractional_segmentation, "SegmentationType is FRACTIONAL");
  if (type != (label_map ? "LABELMAP" : "BINARY")) {
    data_set.reject(not_a_segmentation, "SegmentationType is not that of the SOP class");
  }
  const double allocated = data_set.required_number(DCM_BitsAllocated);
  if (data_set.required_number(DCM_SamplesPerPixel) != 1 ||
      (label_map ? allocated != 8 && allocated != 16 : allocated != 1)) {
    data_set.reject(unsupported_pixel_format,
                    "a BINARY segmentation has 1 bit allocated, a LABELMAP 8 or 16, and 1 sample per pixel");
  }
  return label_map ? SegmentationType::label_map : SegmentationType::binary;
}

void require_same_patient(const Attributes& data_set, const ImageSeries& images) {
  const auto differ = [](const std::string& own, const std::string& of_images) {
    return !own.empty() && !of_images.empty() && own != of_images;
  };
  if (differ(data_set.text(DCM_PatientID), images.patient_id) ||
      differ(data_set.text(DCM_IssuerOfPatientID), images.issuer_of_patient_id)) {
    data_set.reject(patient_mismatch, "the images carry another Patient ID or issuer of it");
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

/// The background of a label map may be described as segment 0; it is no region.
bool is_background(const Attributes& data_set, const Attributes& item, SegmentationType type) {
  return type == SegmentationType::label_map && item.required_number(DCM_SegmentNumber) == 0 &&
         data_set.stored_value(DCM_PixelPaddingValue, false).value_or(0) == 0;
}

std::vector<engine::SegmentMask> describe_segments(const Attributes& data_set, const engine::Grid& grid,
                                                   SegmentationType type, std::span<const int> wanted) {
  std::vector<engine::SegmentMask> segments;
  for (const Attributes& item : data_set.items(DCM_SegmentSequence)) {
    if (!is_background(data_set, item, type)) segments.push_back(describe_segment(item));
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
    if (!wanted.empty() && std::ranges::find(wanted, segment.segment_number) == wanted.end()) continue;
    segment.mask.voxels = engine::large_array<std::uint8_t>(grid.voxel_count());
  }
  return segments;
}

/// Reads bit-packed frames one at a time: the first pixel is the least significant bit.
class PackedFrames {
 public:
  PackedFrames(const DicomFile& dicom, const FrameShape& shape) : dicom_(dicom), shape_(shape) {
    dicom.require_pixel_bytes(shape.bytes());
  }

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

engine::SegmentMask* find_segment(std::vector<engine::SegmentMask>& segments, int number) {
  const auto found = std::find_if(segments.begin(), segments.end(),
                                  [&](const auto& segment) { return segment.segment_number == number; });
  return found == segments.end() ? nullptr : &*found;
}

engine::SegmentMask& identified_segment(std::vector<engine::SegmentMask>& segments,
                                        const Attributes& identification) {
  const int number = identification.required_integer(DCM_ReferencedSegmentNumber, 1,
                                                     std::numeric_limits<std::uint16_t>::max());
  engine::SegmentMask* const found = find_segment(segments, number);
  if (found == nullptr) {
    identification.reject(invalid_attribute, "a frame belongs to segment " + std::to_string(number) +
                                                 ", which SegmentSequence does not describe");
  }
  return *found;
}

/// Where one frame's pixels go.
class FramePainter {
 public:
  FramePainter(const Attributes& data_set, const FunctionalGroups& groups, const engine::Grid& grid,
               const FrameShape& shape, int frame)
      : data_set_(data_set),
        grid_(grid),
        placement_(place_frame(groups, grid, shape.rows, shape.columns, frame)),
        frame_(frame) {}

  void paint(engine::Mask& mask, int column, int row) const {
    const auto [x, y, z] = placement_.voxel(column, row);
    const auto& size = grid_.size;
    if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) {
      data_set_.reject(segmentation_off_grid,
                       "frame " + std::to_string(frame_ + 1) + " marks voxels outside of the images");
    }
    mask.voxels[grid_.offset(x, y, z)] = 1;
  }

 private:
  const Attributes& data_set_;
  const engine::Grid& grid_;
  FramePlacement placement_;
  int frame_;
};

std::vector<Attributes> per_frame_groups(const Attributes& data_set, const FrameShape& shape) {
  std::vector<Attributes> frames = data_set.items(DCM_PerFrameFunctionalGroupsSequence);
  if (frames.size() < static_cast<std::size_t>(shape.frames)) {
    data_set.reject(missing_attribute, "functional groups of " + std::to_string(frames.size()) + " of " +
                                           std::to_string(shape.frames) + " frames");
  }
  return frames;
}

void paint_binary_frames(const DicomFile& dicom, const FrameShape& shape,
                         std::vector<engine::SegmentMask>& segments) {
  const Attributes data_set = dicom.attributes();
  PackedFrames packed(dicom, shape);
  const std::vector<Attributes> frames = per_frame_groups(data_set, shape);
  const auto shared = data_set.first_item(DCM_SharedFunctionalGroupsSequence);
  for (int frame = 0; frame < shape.frames; ++frame) {
    const FunctionalGroups groups(frames[static_cast<std::size_t>(frame)], shared);
    engine::Mask& mask = identified_segment(segments, groups.macro(DCM_SegmentIdentificationSequence)).mask;
    if (mask.voxels.empty()) continue;
    const FramePainter painter(data_set, groups, mask.grid, shape, frame);
    packed.for_each_set_pixel(frame, [&](int column, int row) { painter.paint(mask, column, row); });
  }
}

/// Segments by their pixel values; none for the background.
class LabelTable {
 public:
  LabelTable(const Attributes& data_set, std::vector<engine::SegmentMask>& segments)
      : data_set_(data_set), background_(data_set.stored_value(DCM_PixelPaddingValue, false).value_or(0)) {
    for (engine::SegmentMask& segment : segments) {
      masks_[static_cast<std::size_t>(segment.segment_number)] = &segment.mask;
    }
  }

  engine::Mask* mask_of(int value) const {
    engine::Mask* const mask = masks_[static_cast<std::size_t>(value)];
    if (mask == nullptr && value != background_) {
      data_set_.reject(invalid_attribute, "a pixel belongs to segment " + std::to_string(value) +
                                              ", which SegmentSequence does not describe");
    }
    return mask;
  }

 private:
  const Attributes& data_set_;
  int background_;
  std::vector<engine::Mask*> masks_ = std::vector<engine::Mask*>(65536);  ///< By pixel value.
};

/// Pixel values are Segment Numbers (PS3.3 C.8.20.2.3.3).
void paint_label_frames(const DicomFile& dicom, const FrameShape& shape,
                        std::vector<engine::SegmentMask>& segments) {
  const Attributes data_set = dicom.attributes();
  PixelLayout layout{.rows = shape.rows, .columns = shape.columns};
  layout.bits_allocated = data_set.required_integer(DCM_BitsAllocated, 8, 16);
  layout.bits_stored =
      data_set.required_integer(DCM_BitsStored, layout.bits_allocated, layout.bits_allocated);
  layout.high_bit = data_set.required_integer(DCM_HighBit, layout.bits_stored - 1, layout.bits_stored - 1);
  PixelFrames pixels(dicom, layout, shape.frames);
  if (pixels.is_lossy()) {
    data_set.reject(lossy_compression, "a label map that was compressed with loss holds other labels");
  }
  const std::vector<Attributes> frames = per_frame_groups(data_set, shape);
  const auto shared = data_set.first_item(DCM_SharedFunctionalGroupsSequence);
  const LabelTable labels(data_set, segments);
  const auto width = static_cast<std::size_t>(layout.bits_allocated) / 8;
  std::vector<std::uint8_t> bytes(layout.frame_bytes());
  for (int frame = 0; frame < shape.frames; ++frame) {
    pixels.read(frame, bytes);
    const FunctionalGroups groups(frames[static_cast<std::size_t>(frame)], shared);
    const FramePainter painter(data_set, groups, segments.front().mask.grid, shape, frame);
    for (std::size_t i = 0; i < bytes.size() / width; ++i) {
      const int value = bytes[i * width] | (width == 2 ? bytes[i * width + 1] << 8 : 0);
      engine::Mask* const mask = labels.mask_of(value);
      const auto columns = static_cast<std::size_t>(shape.columns);
      if (mask != nullptr && !mask->voxels.empty())
        painter.paint(*mask, static_cast<int>(i % columns), static_cast<int>(i / columns));
    }
  }
  if (pixels.is_lossy()) {
    data_set.reject(lossy_compression, "a label map that was compressed with loss holds other labels");
  }
}

}  // namespace

Segmentation read_segmentation(const std::filesystem::path& file, const ImageSeries& images,
                               std::span<const int> wanted) {
  const DicomFile dicom(file, Extent::image);
  const Attributes data_set = dicom.attributes();
  const SegmentationType type = require_supported_type(dicom);
  require_same_patient(data_set, images);
  require_frame_of_reference(data_set, images.frame_of_reference_uid);
  const FrameShape shape = read_frame_shape(dicom);

  Segmentation segmentation;
  segmentation.sop_class_uid = data_set.required_uid<SopClassUid>(DCM_SOPClassUID);
  segmentation.sop_instance_uid = data_set.required_uid<SopInstanceUid>(DCM_SOPInstanceUID);
  segmentation.series_instance_uid = data_set.required_uid<SeriesInstanceUid>(DCM_SeriesInstanceUID);
  segmentation.study_instance_uid = data_set.required_uid<StudyInstanceUid>(DCM_StudyInstanceUID);
  segmentation.series_description = data_set.text(DCM_SeriesDescription);
  segmentation.segments = describe_segments(data_set, images.volume.grid, type, wanted);
  if (type == SegmentationType::binary) {
    paint_binary_frames(dicom, shape, segmentation.segments);
  } else {
    paint_label_frames(dicom, shape, segmentation.segments);
  }
  return segmentation;
}

}  // namespace glisson::dicom
