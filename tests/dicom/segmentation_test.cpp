#include "dicom/images/segmentation.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "tests/support/reference_data.hpp"
#include "tests/support/rejection.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using tests::FrameAxes;
using tests::SegmentationDefect;
using tests::SyntheticSegmentation;
using tests::SyntheticSeries;
using tests::SyntheticTransferSyntax;

/// A series and a segmentation of it, written into a folder of their own.
struct WrittenStudy {
  WrittenStudy(const SyntheticSegmentation& segmentation, const SyntheticSeries& series)
      : images(read_image_series(tests::write_series(series, folder / "images"))), file(folder / "seg.dcm") {
    tests::write_segmentation(segmentation, series, file);
  }
  Segmentation read() const { return read_segmentation(file, images); }

  tests::TemporaryFolder folder;
  ImageSeries images;
  std::filesystem::path file;
};

void expect_mask(const engine::SegmentMask& segment, const std::function<bool(int, int, int)>& inside) {
  const engine::Grid& grid = segment.mask.grid;
  ASSERT_EQ(segment.mask.voxels.size(), grid.voxel_count());
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        ASSERT_EQ(segment.mask.voxels[grid.offset(x, y, z)], inside(x, y, z) ? 1 : 0)
            << x << ' ' << y << ' ' << z;
      }
    }
  }
}

void expect_masks(const SyntheticSegmentation& segmentation, const SyntheticSeries& series = {}) {
  const Segmentation read = WrittenStudy(segmentation, series).read();
  ASSERT_EQ(read.segments.size(), segmentation.segments.size());
  for (std::size_t i = 0; i < read.segments.size(); ++i) {
    SCOPED_TRACE(segmentation.segments[i].number);
    EXPECT_EQ(read.segments[i].segment_number, segmentation.segments[i].number);
    expect_mask(read.segments[i], segmentation.segments[i].inside);
  }
}

SyntheticSegmentation three_segments() {
  SyntheticSegmentation segmentation;
  segmentation.segments = {
      {1, "Liver", {"10200004", "SCT", "Liver"}, [](int x, int y, int) { return x > 0 && y > 0; }},
      {2,
       "Lesion 1",
       {"4147007", "SCT", "Mass"},
       [](int x, int y, int z) { return x == 3 && y == 2 && z == 1; }},
      {7, "Lesion 2", {"4147007", "SCT", "Mass"}, [](int x, int y, int z) {
         return z >= 3 && (x + y) % 2 == 0;
       }}};
  return segmentation;
}

TEST(Segmentation, UnpacksFramesThatDoNotEndOnByteBoundaries) {
  expect_masks({});  // 7 x 5 = 35 bits a frame.
  SyntheticSeries even;
  even.size = {8, 4, 3};
  expect_masks({}, even);
}

TEST(Segmentation, KeepsSegmentsApartAndOmittedFramesEmpty) {
  expect_masks(three_segments());
  SyntheticSegmentation with_empty_frames = three_segments();
  with_empty_frames.omit_empty_frames = false;
  expect_masks(with_empty_frames);
}

TEST(Segmentation, ReadsTheMasksThatAreWantedOnly) {
  for (const auto encoding : {tests::LabelMap::none, tests::LabelMap::uncompressed}) {
    SyntheticSegmentation three = three_segments();
    three.label_map = encoding;
    const WrittenStudy study(three, {});
    const Segmentation all = study.read();
    const std::array wanted{all.segments[1].segment_number};
    const Segmentation one = read_segmentation(study.file, study.images, wanted);
    ASSERT_EQ(one.segments.size(), all.segments.size());
    EXPECT_TRUE(one.segments[0].mask.voxels.empty());
    EXPECT_EQ(one.segments[0].label, all.segments[0].label);
    EXPECT_EQ(one.segments[1].mask.voxels, all.segments[1].mask.voxels);
    EXPECT_GT(one.segments[1].mask.count(), 0U);
  }
}

TEST(Segmentation, DescribesItsSegments) {
  const Segmentation read = WrittenStudy(three_segments(), {}).read();
  EXPECT_EQ(read.series_description, "Synthetic segmentation");
  const auto& lesion = read.segments[1];
  EXPECT_EQ(lesion.label, "Lesion 1");
  EXPECT_EQ(lesion.type, (engine::CodedConcept{"4147007", "SCT", "Mass"}));
  EXPECT_EQ(lesion.type.meaning, "Mass");
  EXPECT_EQ(lesion.category.value, "49755003");
  EXPECT_EQ(lesion.algorithm, "MANUAL");
  EXPECT_EQ(lesion.tracking_id, "Lesion 1");
  EXPECT_EQ(lesion.tracking_uid, derive_uid("tracking Lesion 1"));
}

TEST(Segmentation, GivesASegmentWithoutFramesAnEmptyMask) {
  SyntheticSegmentation segmentation = three_segments();
  segmentation.segments[1].inside = [](int, int, int) { return false; };
  expect_masks(segmentation);
}

TEST(Segmentation, FindsGeometryAndSegmentNumberSharedOrPerFrame) {
  SyntheticSegmentation segmentation;
  segmentation.geometry_per_frame = true;
  expect_masks(segmentation);
  segmentation.shared_segment = true;
  expect_masks(segmentation);
  segmentation.geometry_per_frame = false;
  expect_masks(segmentation);
}

TEST(Segmentation, MapsMirroredAndSwappedFrameAxes) {
  for (const auto axes : {FrameAxes::mirrored_columns, FrameAxes::mirrored_rows,
                          FrameAxes::rows_and_columns_swapped, FrameAxes::sagittal}) {
    SyntheticSegmentation segmentation = three_segments();
    segmentation.axes = axes;
    expect_masks(segmentation);
  }
}

TEST(Segmentation, IsReadOnObliqueImages) {
  SyntheticSeries series;
  series.row_direction = {0.8, 0.6, 0};
  series.column_direction = {0, 0, -1};
  SyntheticSegmentation segmentation = three_segments();
  segmentation.axes = FrameAxes::mirrored_rows;
  expect_masks(segmentation, series);
}

TEST(Segmentation, ToleratesPixelSpacingThatWasRounded) {
  SyntheticSeries series;
  series.size = {512, 6, 3};
  series.spacing = {0.78125, 0.78125, 5};
  SyntheticSegmentation segmentation = three_segments();
  segmentation.spacing_factor = 0.7812 / 0.78125;
  expect_masks(segmentation, series);
  segmentation.spacing_factor = 0.78 / 0.78125;  // Nearly a pixel off at the end of a row.
  const tests::TemporaryFolder folder;
  const ImageSeries images = read_image_series(tests::write_series(series, folder.path()));
  tests::write_segmentation(segmentation, series, folder / "seg.dcm");
  EXPECT_EQ(tests::rejected_as([&] { read_segmentation(folder / "seg.dcm", images); }),
            "segmentation_off_grid");
}

TEST(Segmentation, PlacesFramesThatCoverAPartOfThePlane) {
  SyntheticSegmentation segmentation;
  segmentation.part_origin = {2, 1};
  segmentation.part_size = {3, 3};
  const auto everywhere = segmentation.segments[0].inside;
  segmentation.segments[0].inside = [everywhere](int x, int y, int z) {
    return x >= 2 && x < 5 && y >= 1 && y < 4 && everywhere(x, y, z);
  };
  for (const auto axes :
       {FrameAxes::as_images, FrameAxes::mirrored_columns, FrameAxes::rows_and_columns_swapped}) {
    segmentation.axes = axes;
    expect_masks(segmentation);
  }
}

TEST(Segmentation, MayReachBeyondTheImagesWhereItMarksNothing) {
  SyntheticSegmentation segmentation;
  segmentation.part_origin = {-2, -1};
  segmentation.part_size = {11, 8};
  const auto everywhere = segmentation.segments[0].inside;
  segmentation.segments[0].inside = [everywhere](int x, int y, int z) {
    return x >= 0 && x < 7 && y >= 0 && y < 5 && everywhere(x, y, z);
  };
  expect_masks(segmentation);
}

TEST(Segmentation, IsReadInEachUncompressedTransferSyntax) {
  for (const auto syntax :
       {SyntheticTransferSyntax::implicit_little_endian, SyntheticTransferSyntax::explicit_big_endian}) {
    SyntheticSegmentation segmentation = three_segments();
    segmentation.transfer_syntax = syntax;
    expect_masks(segmentation);
  }
}

TEST(Segmentation, ReadsLabelsInTheirCharacterSet) {
  SyntheticSegmentation segmentation;
  segmentation.segments[0].label = "L\xE4sion";
  EXPECT_EQ(WrittenStudy(segmentation, {}).read().segments[0].label, "Läsion");
}

/// Counts by the plainest reading of PS3.5 8.1.1: bit i of all frames is bit i mod 8 of byte i / 8.
std::map<std::pair<int, double>, std::size_t> counts_by_naive_unpacking(const std::filesystem::path& file) {
  DcmFileFormat format;
  EXPECT_TRUE(format.loadFile(OFFilename(file.c_str())).good());
  DcmItem& data_set = *format.getDataset();
  Uint16 rows = 0;
  Uint16 columns = 0;
  Sint32 frames = 0;
  const Uint8* bytes = nullptr;
  EXPECT_TRUE(data_set.findAndGetUint16(DCM_Rows, rows).good());
  EXPECT_TRUE(data_set.findAndGetUint16(DCM_Columns, columns).good());
  EXPECT_TRUE(data_set.findAndGetSint32(DCM_NumberOfFrames, frames).good());
  EXPECT_TRUE(data_set.findAndGetUint8Array(DCM_PixelData, bytes).good());
  std::map<std::pair<int, double>, std::size_t> counts;
  std::size_t bit = 0;
  for (long frame = 0; frame < frames; ++frame) {
    DcmItem* groups = nullptr;
    DcmItem* item = nullptr;
    Uint16 number = 0;
    Float64 z = 0;
    EXPECT_TRUE(data_set.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, frame).good());
    EXPECT_TRUE(groups->findAndGetSequenceItem(DCM_SegmentIdentificationSequence, item).good());
    EXPECT_TRUE(item->findAndGetUint16(DCM_ReferencedSegmentNumber, number).good());
    EXPECT_TRUE(groups->findAndGetSequenceItem(DCM_PlanePositionSequence, item).good());
    EXPECT_TRUE(item->findAndGetFloat64(DCM_ImagePositionPatient, z, 2).good());
    for (int pixel = 0; pixel < rows * columns; ++pixel, ++bit) {
      counts[{number, z}] += (bytes[bit / 8] >> (bit % 8)) & 1U;
    }
  }
  return counts;
}

void expect_counts_of_naive_unpacking(const std::filesystem::path& file, const ImageSeries& images) {
  const auto expected = counts_by_naive_unpacking(file);
  ASSERT_FALSE(expected.empty());
  const Segmentation read = read_segmentation(file, images);
  std::size_t in_masks = 0;
  std::size_t in_frames = 0;
  for (const auto& segment : read.segments) in_masks += segment.mask.count();
  for (const auto& [place, count] : expected) {
    in_frames += count;
    const auto segment =
        std::find_if(read.segments.begin(), read.segments.end(),
                     [&, number = place.first](const auto& s) { return s.segment_number == number; });
    ASSERT_NE(segment, read.segments.end());
    const engine::Grid& grid = segment->mask.grid;
    const auto z = static_cast<int>(std::lround((place.second - grid.origin[2]) / grid.spacing[2]));
    std::size_t in_slice = 0;
    for (std::size_t i = grid.offset(0, 0, z); i < grid.offset(0, 0, z + 1); ++i)
      in_slice += segment->mask.voxels[i];
    EXPECT_EQ(in_slice, count) << "segment " << place.first << " at " << place.second;
  }
  EXPECT_EQ(in_masks, in_frames);
}

TEST(SegmentationOracle, CountsAsManyVoxelsAsNaiveUnpacking) {
  const WrittenStudy study(three_segments(), {});
  expect_counts_of_naive_unpacking(study.file, study.images);
}

TEST(SegmentationOracle, CountsAsManyVoxelsOfTheLiverStudyAsNaiveUnpacking) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(data / "data/liver-ct")) {
    if (entry.path().filename().string().starts_with("1-")) files.push_back(entry.path());
  }
  expect_counts_of_naive_unpacking(data / "data/liver-ct/seg.dcm", read_image_series(files));
}

TEST(Segmentation, OfALabelMapHoldsTheVoxelsOfEachLabel) {
  SyntheticSegmentation map = three_segments();
  // In a label map the later segment takes what the earlier one had.
  const auto second = map.segments[1].inside;
  const auto third = map.segments[2].inside;
  map.segments[0].inside = [=](int x, int y, int z) {
    return x > 0 && y > 0 && !second(x, y, z) && !third(x, y, z);
  };
  for (const auto encoding : {tests::LabelMap::uncompressed, tests::LabelMap::run_length_encoded}) {
    map.label_map = encoding;
    map.describes_background = false;
    expect_masks(map);
    map.describes_background = true;
    expect_masks(map);
  }
  map.axes = FrameAxes::sagittal;
  expect_masks(map);
}

TEST(Segmentation, OfALabelMapNamesLabelsThatItDoesNotDescribe) {
  SyntheticSegmentation map = three_segments();
  map.label_map = tests::LabelMap::uncompressed;
  map.defect = SegmentationDefect::unknown_segment_number;
  const WrittenStudy study(map, {});
  const auto rejection = tests::rejection_of([&] { study.read(); });
  EXPECT_EQ(rejection.reason, RejectionReason::invalid_attribute);
  EXPECT_NE(rejection.detail.find("a pixel belongs to segment 99"), std::string::npos) << rejection.detail;
}

TEST(Segmentation, IsOfThePatientOfTheImages) {
  SyntheticSegmentation segmentation;
  segmentation.patient_id = "";
  EXPECT_EQ(tests::rejected_as([&] { WrittenStudy(segmentation, {}).read(); }), "accepted");
  segmentation.patient_id = "CANARY";
  const auto rejection = tests::rejection_of([&] { WrittenStudy(segmentation, {}).read(); });
  EXPECT_EQ(rejection.reason, RejectionReason::patient_mismatch);
  EXPECT_EQ(rejection.detail, "seg.dcm: the images carry another Patient ID or issuer of it");
}

struct Expectation {
  SegmentationDefect defect;
  const char* reason;
};

class DefectiveSegmentation : public testing::TestWithParam<Expectation> {};

TEST_P(DefectiveSegmentation, IsRejectedWithItsReason) {
  SyntheticSegmentation segmentation = three_segments();
  segmentation.defect = GetParam().defect;
  SyntheticSeries series;
  series.patient_name = "Canary^Carla";
  series.patient_id = "CANARY-ID";
  const WrittenStudy study(segmentation, series);
  const auto rejection = tests::rejection_of([&] { study.read(); });
  ASSERT_TRUE(rejection.reason) << "accepted, expected " << GetParam().reason;
  EXPECT_EQ(keyword(*rejection.reason), GetParam().reason) << rejection.detail;
  for (const char* canary : {"Canary", "CANARY", "2.25."}) {
    EXPECT_EQ(rejection.detail.find(canary), std::string::npos) << rejection.detail;
  }
}

INSTANTIATE_TEST_SUITE_P(
    AllDefects, DefectiveSegmentation,
    testing::Values(Expectation{SegmentationDefect::not_a_segmentation, "not_a_segmentation"},
                    Expectation{SegmentationDefect::fractional, "fractional_segmentation"},
                    Expectation{SegmentationDefect::label_map_type, "not_a_segmentation"},
                    Expectation{SegmentationDefect::eight_bits_allocated, "unsupported_pixel_format"},
                    Expectation{SegmentationDefect::run_length_encoded, "unsupported_transfer_syntax"},
                    Expectation{SegmentationDefect::off_grid_in_plane, "segmentation_off_grid"},
                    Expectation{SegmentationDefect::off_grid_by_slice, "segmentation_off_grid"},
                    Expectation{SegmentationDefect::other_pixel_spacing, "segmentation_off_grid"},
                    Expectation{SegmentationDefect::turned_in_plane, "segmentation_off_grid"},
                    Expectation{SegmentationDefect::other_frame_of_reference, "segmentation_off_grid"},
                    Expectation{SegmentationDefect::outside_of_images, "segmentation_off_grid"},
                    Expectation{SegmentationDefect::short_pixel_data, "truncated_pixel_data"},
                    Expectation{SegmentationDefect::no_pixel_data, "truncated_pixel_data"},
                    Expectation{SegmentationDefect::truncated_file, "truncated_pixel_data"},
                    Expectation{SegmentationDefect::absurd_number_of_frames, "truncated_pixel_data"},
                    Expectation{SegmentationDefect::absurd_rows_and_columns, "truncated_pixel_data"},
                    Expectation{SegmentationDefect::negative_number_of_frames, "invalid_attribute"},
                    Expectation{SegmentationDefect::no_per_frame_groups, "missing_attribute"},
                    Expectation{SegmentationDefect::too_few_per_frame_groups, "missing_attribute"},
                    Expectation{SegmentationDefect::no_segment_sequence, "missing_attribute"},
                    Expectation{SegmentationDefect::no_segment_identification, "missing_attribute"},
                    Expectation{SegmentationDefect::unknown_segment_number, "invalid_attribute"},
                    Expectation{SegmentationDefect::duplicate_segment_number, "invalid_attribute"},
                    Expectation{SegmentationDefect::no_plane_position, "missing_attribute"},
                    Expectation{SegmentationDefect::plane_position_not_a_number, "invalid_attribute"},
                    Expectation{SegmentationDefect::plane_position_absurdly_far, "segmentation_off_grid"}),
    [](const auto& test) { return std::string(test.param.reason) + "_" + std::to_string(test.index); });

TEST(DefectiveSegmentation, IsRefusedWhenItsMasksWouldExceedTheMemoryOfAJob) {
  // 4 GiB of masks from a small file: 520 segments on an image grid of 8 MiB.
  SyntheticSegmentation segmentation;
  for (int number = 2; number <= 520; ++number)
    segmentation.segments.push_back({number, "S", {}, segmentation.segments[0].inside});
  for (auto& segment : segmentation.segments) segment.inside = [](int, int, int) { return false; };
  segmentation.segments[0].inside = [](int x, int y, int z) { return x + y + z == 0; };
  const SyntheticSeries series;
  WrittenStudy study(segmentation, series);
  study.images.volume.grid.size = {512, 512, 32};
  EXPECT_EQ(tests::rejected_as([&] { study.read(); }), "too_much_memory");
}

}  // namespace
}  // namespace glisson::dicom
