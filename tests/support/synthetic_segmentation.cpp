#include <dcmtk/dcmdata/dcuid.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dicom/data_set_writer.hpp"
#include "dicom/identity.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/synthetic_file.hpp"

namespace glisson::tests {
namespace {

using dicom::DataSetWriter;
using enum SegmentationDefect;
using Index = std::array<int, 3>;

/// The voxels of a frame: first + column * column_step + row * row_step.
struct FrameShape {
  Index column_step{1, 0, 0};
  Index row_step{0, 1, 0};
  Index frame_step{0, 0, 1};
  Index first{0, 0, 0};
  int columns = 0;
  int rows = 0;
  int frames = 0;

  Index voxel(int frame, int row, int column) const {
    Index result{};
    for (std::size_t i = 0; i < 3; ++i) {
      result[i] = first[i] + frame * frame_step[i] + row * row_step[i] + column * column_step[i];
    }
    return result;
  }
};

FrameShape frame_shape(const SyntheticSegmentation& segmentation, const SyntheticSeries& series) {
  const int width = segmentation.part_size[0] > 0 ? segmentation.part_size[0] : series.size[0];
  const int height = segmentation.part_size[1] > 0 ? segmentation.part_size[1] : series.size[1];
  const int x = segmentation.part_origin[0];
  const int y = segmentation.part_origin[1];
  const int slices = series.size[2];
  switch (segmentation.axes) {
    case FrameAxes::mirrored_columns:
      return {{-1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {x + width - 1, y, 0}, width, height, slices};
    case FrameAxes::mirrored_rows:
      return {{1, 0, 0}, {0, -1, 0}, {0, 0, 1}, {x, y + height - 1, 0}, width, height, slices};
    case FrameAxes::rows_and_columns_swapped:
      return {{0, 1, 0}, {1, 0, 0}, {0, 0, 1}, {x, y, 0}, height, width, slices};
    case FrameAxes::sagittal:
      return {{0, 1, 0}, {0, 0, -1}, {1, 0, 0}, {x, y, slices - 1}, height, slices, width};
    default:
      return {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {x, y, 0}, width, height, slices};
  }
}

engine::Vector3 along(const engine::Grid& grid, const Index& step) {
  engine::Vector3 direction{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t i = 0; i < 3; ++i) direction[i] += step[axis] * grid.direction[axis][i];
  }
  return direction;
}

double spacing_along(const engine::Grid& grid, const Index& step) {
  double spacing = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) spacing += std::abs(step[axis]) * grid.spacing[axis];
  return spacing;
}

/// Writes one segmentation: collects frames and their bits, then the attributes.
class Builder {
 public:
  Builder(const SyntheticSegmentation& segmentation, const SyntheticSeries& series)
      : options_(segmentation),
        series_(series),
        shape_(frame_shape(segmentation, series)),
        data_set_(*object_.getDataset()) {}

  void write(const std::filesystem::path& file) {
    put_identity();
    put_references();
    put_segments();
    put_shared_groups();
    put_frames();
    put_image();
    const bool encoded =
        options_.defect == run_length_encoded || options_.label_map == LabelMap::run_length_encoded;
    save(object_, file, encoded ? EXS_RLELossless : encoding_of(options_.transfer_syntax));
    if (options_.defect == truncated_file) truncate_file(file, std::filesystem::file_size(file) - 5);
  }

 private:
  void put_identity() {
    const std::string study = "synthetic study " + series_.study;
    const bool other_frame = options_.defect == other_frame_of_reference;
    data_set_.put(DCM_SpecificCharacterSet, options_.character_set)
        .put(DCM_SOPClassUID, sop_class())
        .put(DCM_SOPInstanceUID, dicom::derive_uid(study + options_.uid_seed))
        .put(DCM_SeriesInstanceUID, dicom::derive_uid(study + options_.uid_seed + " series"))
        .put(DCM_StudyInstanceUID, dicom::derive_uid(study))
        .put(DCM_FrameOfReferenceUID, dicom::derive_uid(study + (other_frame ? " other" : "") + " frame"))
        .put(DCM_Modality, "SEG")
        .put(DCM_Manufacturer, "Synthetic")
        .put(DCM_PatientName, series_.patient_name)
        .put(DCM_PatientID, options_.patient_id.value_or(series_.patient_id))
        .put(DCM_SeriesDescription, "Synthetic segmentation");
  }

  bool is_label_map() const { return options_.label_map != LabelMap::none; }

  const char* sop_class() const {
    if (options_.defect == not_a_segmentation) return UID_RawDataStorage;
    return is_label_map() ? "1.2.840.10008.5.1.4.1.1.66.7" : UID_SegmentationStorage;
  }

  void put_references() {
    if (!options_.refers_to_images) return;
    DataSetWriter series = data_set_.add_item(DCM_ReferencedSeriesSequence);
    const auto& referenced = options_.referenced_slices;
    for (int z = 0; z < series_.size[2]; ++z) {
      if (!referenced.empty() && std::find(referenced.begin(), referenced.end(), z) == referenced.end())
        continue;
      series.add_item(DCM_ReferencedInstanceSequence)
          .put(DCM_ReferencedSOPClassUID, UID_CTImageStorage)
          .put(DCM_ReferencedSOPInstanceUID, series_.image_uid(z));
    }
  }

  void put_segments() {
    if (options_.defect == no_segment_sequence) return;
    if (options_.describes_background) {
      data_set_.add_item(DCM_SegmentSequence)
          .put(DCM_SegmentNumber, std::uint16_t{0})
          .put(DCM_SegmentLabel, "Background");
    }
    for (const SyntheticSegment& segment : options_.segments) {
      const int number = options_.defect == duplicate_segment_number ? 1 : segment.number;
      data_set_.add_item(DCM_SegmentSequence)
          .put(DCM_SegmentNumber, static_cast<std::uint16_t>(number))
          .put(DCM_SegmentLabel, segment.label)
          .put(DCM_SegmentAlgorithmType, "MANUAL")
          .put_code(DCM_SegmentedPropertyCategoryCodeSequence,
                    {"49755003", "SCT", "Morphologically Abnormal Structure"})
          .put_code(DCM_SegmentedPropertyTypeCodeSequence, segment.type)
          .put(DCM_TrackingID, segment.label)
          .put(DCM_TrackingUID, dicom::derive_uid("tracking " + segment.label));
    }
  }

  void put_geometry(DataSetWriter& groups) {
    const engine::Grid grid = series_.grid();
    engine::Vector3 row = along(grid, shape_.column_step);
    engine::Vector3 column = along(grid, shape_.row_step);
    if (options_.defect == turned_in_plane) {
      const double c = std::cos(std::numbers::pi / 6);
      const double s = std::sin(std::numbers::pi / 6);
      for (std::size_t i = 0; i < 3; ++i) {
        const double old = row[i];
        row[i] = c * old + s * column[i];
        column[i] = c * column[i] - s * old;
      }
    }
    const double factor = options_.defect == other_pixel_spacing ? 1.2 : options_.spacing_factor;
    groups.add_item(DCM_PlaneOrientationSequence)
        .put_decimals(DCM_ImageOrientationPatient,
                      std::array{row[0], row[1], row[2], column[0], column[1], column[2]});
    groups.add_item(DCM_PixelMeasuresSequence)
        .put_decimals(DCM_PixelSpacing, std::array{factor * spacing_along(grid, shape_.row_step),
                                                   factor * spacing_along(grid, shape_.column_step)});
  }

  void put_segment_number(DataSetWriter& groups, int number) {
    if (options_.defect == no_segment_identification) return;
    if (options_.defect == unknown_segment_number) number = 99;
    groups.add_item(DCM_SegmentIdentificationSequence)
        .put(DCM_ReferencedSegmentNumber, static_cast<std::uint16_t>(number));
  }

  void put_shared_groups() {
    if (options_.geometry_per_frame && !options_.shared_segment) return;
    DataSetWriter shared = data_set_.add_item(DCM_SharedFunctionalGroupsSequence);
    if (!options_.geometry_per_frame) put_geometry(shared);
    if (options_.shared_segment) put_segment_number(shared, options_.segments.front().number);
  }

  void put_position(DataSetWriter& groups, int frame) {
    if (options_.defect == no_plane_position) return;
    const Index voxel = shape_.voxel(frame, 0, 0);
    engine::Vector3 index{};
    for (std::size_t i = 0; i < 3; ++i) index[i] = voxel[i];
    if (options_.defect == off_grid_in_plane) index[0] += 1.0 / 3;
    if (options_.defect == off_grid_by_slice) index[2] += 1.0 / 3;
    if (options_.defect == outside_of_images) index[2] += series_.size[2];
    DataSetWriter plane = groups.add_item(DCM_PlanePositionSequence);
    if (options_.defect == plane_position_not_a_number) {
      plane.put(DCM_ImagePositionPatient, "0\\nan\\0");
    } else if (options_.defect == plane_position_absurdly_far) {
      plane.put(DCM_ImagePositionPatient, "0\\0\\1e30");
    } else {
      plane.put_decimals(DCM_ImagePositionPatient, series_.grid().position(index));
    }
  }

  void put_label_frames() {
    for (int frame = 0; frame < shape_.frames; ++frame) {
      ++frames_;
      DataSetWriter groups = data_set_.add_item(DCM_PerFrameFunctionalGroupsSequence);
      if (options_.geometry_per_frame) put_geometry(groups);
      put_position(groups, frame);
      std::vector<std::uint16_t> labels(static_cast<std::size_t>(shape_.rows * shape_.columns), 0);
      for (const SyntheticSegment& segment : options_.segments) {
        const std::vector<bool> pixels = frame_pixels(segment, frame);
        const int number = options_.defect == unknown_segment_number ? 99 : segment.number;
        for (std::size_t i = 0; i < pixels.size(); ++i) {
          if (pixels[i]) labels[i] = static_cast<std::uint16_t>(number);
        }
      }
      labels_.insert(labels_.end(), labels.begin(), labels.end());
    }
  }

  void put_frames() {
    if (is_label_map()) {
      put_label_frames();
      return;
    }
    for (const SyntheticSegment& segment : options_.segments) {
      for (int frame = 0; frame < shape_.frames; ++frame) {
        const std::vector<bool> pixels = frame_pixels(segment, frame);
        const bool empty = std::find(pixels.begin(), pixels.end(), true) == pixels.end();
        if (empty && options_.omit_empty_frames) continue;
        ++frames_;
        bits_.insert(bits_.end(), pixels.begin(), pixels.end());
        if (options_.defect == no_per_frame_groups) continue;
        if (options_.defect == too_few_per_frame_groups && frames_ > 1) continue;
        DataSetWriter groups = data_set_.add_item(DCM_PerFrameFunctionalGroupsSequence);
        if (options_.geometry_per_frame) put_geometry(groups);
        if (!options_.shared_segment) put_segment_number(groups, segment.number);
        put_position(groups, frame);
      }
    }
  }

  std::vector<bool> frame_pixels(const SyntheticSegment& segment, int frame) const {
    std::vector<bool> pixels;
    for (int row = 0; row < shape_.rows; ++row) {
      for (int column = 0; column < shape_.columns; ++column) {
        const auto [x, y, z] = shape_.voxel(frame, row, column);
        pixels.push_back(segment.inside(x, y, z));
      }
    }
    return pixels;
  }

  std::string number_of_frames() const {
    if (options_.defect == absurd_number_of_frames) return "2147483647";
    if (options_.defect == negative_number_of_frames) return "-1";
    return std::to_string(frames_);
  }

  void put_image() {
    const bool absurd = options_.defect == absurd_rows_and_columns;
    const auto unsigned_short = [](int value) { return static_cast<std::uint16_t>(value); };
    const auto bits = [&](int binary, int eight_bits, int sixteen_bits) {
      const bool of_eight = options_.defect == eight_bits_allocated || options_.defect == run_length_encoded;
      return unsigned_short(is_label_map() ? sixteen_bits : of_eight ? eight_bits : binary);
    };
    const bool eight = options_.defect == eight_bits_allocated || options_.defect == run_length_encoded;
    data_set_
        .put(DCM_SegmentationType, options_.defect == fractional                         ? "FRACTIONAL"
                                   : options_.defect == label_map_type || is_label_map() ? "LABELMAP"
                                                                                         : "BINARY")
        .put(DCM_SamplesPerPixel, unsigned_short(1))
        .put(DCM_PhotometricInterpretation, "MONOCHROME2")
        .put(DCM_NumberOfFrames, number_of_frames())
        .put(DCM_Rows, unsigned_short(absurd ? 65535 : shape_.rows))
        .put(DCM_Columns, unsigned_short(absurd ? 65535 : shape_.columns))
        .put(DCM_BitsAllocated, bits(1, 8, 16))
        .put(DCM_BitsStored, bits(1, 8, 16))
        .put(DCM_HighBit, bits(0, 7, 15))
        .put(DCM_PixelRepresentation, unsigned_short(0));
    if (options_.defect == no_pixel_data) return;
    if (is_label_map()) {
      data_set_.put_words(DCM_PixelData, labels_);
    } else {
      data_set_.put_bytes(DCM_PixelData, eight ? unpacked() : packed());
    }
  }

  std::vector<std::uint8_t> packed() const {
    std::vector<std::uint8_t> bytes((bits_.size() + 15) / 16 * 2);
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if (bits_[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (1U << (i % 8)));
    }
    if (options_.defect == short_pixel_data) bytes.resize(bytes.size() / 4 * 2);
    return bytes;
  }

  std::vector<std::uint8_t> unpacked() const {
    std::vector<std::uint8_t> bytes(bits_.begin(), bits_.end());
    if (bytes.size() % 2 != 0) bytes.push_back(0);
    return bytes;
  }

  const SyntheticSegmentation& options_;
  const SyntheticSeries& series_;
  FrameShape shape_;
  DcmFileFormat object_;
  DataSetWriter data_set_;
  std::vector<bool> bits_;
  std::vector<std::uint16_t> labels_;
  int frames_ = 0;
};

}  // namespace

void write_segmentation(const SyntheticSegmentation& segmentation, const SyntheticSeries& series,
                        const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  Builder(segmentation, series).write(file);
}

}  // namespace glisson::tests
