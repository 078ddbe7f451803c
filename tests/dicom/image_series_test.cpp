#include "dicom/images/image_series.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/rejection.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using tests::SeriesDefect;
using tests::SyntheticSeries;
using tests::SyntheticTransferSyntax;

ImageSeries written_and_read(const SyntheticSeries& series) {
  const tests::TemporaryFolder folder;
  return read_image_series(tests::write_series(series, folder.path()));
}

void expect_volume_of(const SyntheticSeries& series, const ImageSeries& read) {
  const engine::Grid expected = series.grid();
  EXPECT_EQ(read.volume.grid.size, expected.size);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(read.volume.grid.spacing[i], expected.spacing[i], 1e-9);
    EXPECT_NEAR(read.volume.grid.origin[i], expected.origin[i], 1e-9);
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_NEAR(read.volume.grid.direction[i][j], expected.direction[i][j], 1e-9);
    }
  }
  ASSERT_EQ(read.volume.values.size(), expected.voxel_count());
  for (int z = 0; z < expected.size[2]; ++z) {
    EXPECT_EQ(read.images[static_cast<std::size_t>(z)].sop_instance_uid.value(), series.image_uid(z));
    for (int y = 0; y < expected.size[1]; ++y) {
      for (int x = 0; x < expected.size[0]; ++x) {
        const double value = series.stored_value(x, y, z) * series.slope(z) + series.intercept(z);
        ASSERT_EQ(read.volume.values[expected.offset(x, y, z)], static_cast<float>(value))
            << x << ' ' << y << ' ' << z;
      }
    }
  }
}

TEST(ImageSeries, IsSortedByPositionWhateverTheOrderOfFilesAndInstanceNumbers) {
  const SyntheticSeries series;
  const tests::TemporaryFolder folder;
  auto files = tests::write_series(series, folder.path());
  std::reverse(files.begin(), files.end());
  std::swap(files[1], files[3]);
  expect_volume_of(series, read_image_series(files));
}

TEST(ImageSeries, IsReadInEachUncompressedTransferSyntax) {
  for (const auto syntax :
       {SyntheticTransferSyntax::implicit_little_endian, SyntheticTransferSyntax::explicit_little_endian,
        SyntheticTransferSyntax::explicit_big_endian}) {
    SyntheticSeries series;
    series.transfer_syntax = syntax;
    expect_volume_of(series, written_and_read(series));
    series.bits_allocated = 8;
    series.bits_stored = 8;
    series.high_bit = 7;
    series.is_signed = false;
    series.stored_value = [](int x, int y, int z) { return 30 * x + 3 * y + z; };
    expect_volume_of(series, written_and_read(series));
  }
}

TEST(ImageSeries, MasksAndSignExtendStoredBits) {
  SyntheticSeries series;
  series.stored_value = [](int x, int y, int z) { return 300 * (x - 3) + 10 * y - 100 * z; };
  for (const auto& [bits_stored, high_bit] : {std::pair{12, 11}, {12, 15}, {12, 13}, {16, 15}, {13, 12}}) {
    series.bits_stored = bits_stored;
    series.high_bit = high_bit;
    expect_volume_of(series, written_and_read(series));
  }
  series.is_signed = false;
  series.stored_value = [](int x, int y, int z) { return 4095 - (x + y + z); };
  series.bits_stored = 12;
  series.high_bit = 11;
  expect_volume_of(series, written_and_read(series));
}

TEST(ImageSeries, RescalesEachSliceByItsOwnSlopeAndIntercept) {
  SyntheticSeries series;
  series.modality = "PT";
  series.slope = [](int z) { return 0.5 + 0.25 * z; };
  series.intercept = [](int z) { return 2.0 * z; };
  const ImageSeries read = written_and_read(series);
  expect_volume_of(series, read);
  EXPECT_EQ(read.modality, "PT");
  EXPECT_EQ(read.intensity_unit, "Bq/ml");
}

TEST(ImageSeries, OfMrWithoutRescaleIsReadAsStored) {
  SyntheticSeries series;
  series.modality = "MR";
  series.defect = SeriesDefect::no_rescale;
  series.intercept = [](int) { return 0; };
  const ImageSeries read = written_and_read(series);
  expect_volume_of(series, read);
  EXPECT_EQ(read.intensity_unit, "1");
}

TEST(ImageSeries, OfCtIsInHounsfieldUnitsUnlessItsRescaleTypeSaysOtherwise) {
  SyntheticSeries series;
  EXPECT_EQ(written_and_read(series).intensity_unit, "[hnsf'U]");
  series.rescale_type = "US";
  EXPECT_EQ(written_and_read(series).intensity_unit, "1");
}

TEST(ImageSeries, KeepsObliqueGeometryAndAscendsAlongTheNormal) {
  SyntheticSeries series;
  // Coronal: rows to the left, columns to the feet; the normal points to the back.
  series.row_direction = {1, 0, 0};
  series.column_direction = {0, 0, -1};
  expect_volume_of(series, written_and_read(series));
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  series.row_direction = {c, s, 0};
  series.column_direction = {-s * c, c * c, s};
  expect_volume_of(series, written_and_read(series));
}

TEST(ImageSeries, ToleratesPositionsWithinOnePercentOfTheSpacing) {
  const tests::TemporaryFolder folder;
  SyntheticSeries series;
  auto files = tests::write_series(series, folder.path());
  SyntheticSeries jittered = series;
  jittered.origin[2] += 0.039;  // Spacing 4 mm.
  const auto shifted = tests::write_series(jittered, folder / "shifted");
  files[2] = shifted[2];
  EXPECT_EQ(read_image_series(files).volume.grid.size[2], 5);
  jittered.origin[2] += 0.01;
  files[2] = tests::write_series(jittered, folder / "too far")[2];
  EXPECT_EQ(tests::rejected_as([&] { read_image_series(files); }), "mixed_spacing");
}

TEST(ImageSeries, OfSparseReferencesIsTheWholeSeries) {
  const SyntheticSeries series;
  const tests::TemporaryFolder folder;
  const auto files = tests::write_series(series, folder.path());
  const std::vector referenced{files[3], files[1]};
  expect_volume_of(series, read_image_series(referenced, std::vector{files[0], files[4], files[2]}));
  expect_volume_of(
      series, read_image_series(std::vector{files[2]}, std::vector{files[0], files[1], files[3], files[4]}));
}

TEST(ImageSeries, PassesOverImagesOfTheSeriesThatAreNoSlicesOfIt) {
  const SyntheticSeries series;
  const tests::TemporaryFolder folder;
  const auto files = tests::write_series(series, folder / "series");
  const std::vector referenced{files[1], files[3]};
  for (const auto defect :
       {SeriesDefect::mixed_orientation, SeriesDefect::mixed_rows, SeriesDefect::second_series,
        SeriesDefect::secondary_capture, SeriesDefect::truncated_file}) {
    SyntheticSeries other = series;
    other.defect = defect;
    const tests::TemporaryFolder elsewhere;
    const auto misfits = tests::write_series(other, elsewhere.path());
    expect_volume_of(
        series, read_image_series(referenced, std::vector{files[0], misfits.back(), files[4], files[2]}));
  }
}

TEST(ImageSeries, IsItsReferencedPartWhereTheWholeIsNoRegularVolume) {
  const SyntheticSeries series;
  const tests::TemporaryFolder folder;
  const auto files = tests::write_series(series, folder / "first phase");
  const auto others = tests::write_series(series, folder / "second phase");
  expect_volume_of(series, read_image_series(files, others));
}

TEST(ImageSeries, IsNeverItsReferencedPartWhereThatLeavesOutSlices) {
  const tests::TemporaryFolder folder;
  const auto files = tests::write_series(SyntheticSeries{}, folder.path());
  const auto rejection = tests::rejection_of([&] {
    read_image_series(std::vector{files[0], files[4]}, std::vector{files[1], files[3]});
  });
  EXPECT_EQ(rejection.reason, RejectionReason::missing_slices);
  EXPECT_NE(rejection.detail.find("1 of 5 slices"), std::string::npos) << rejection.detail;
}

TEST(ImageSeries, ConvertsTextToUtf8) {
  SyntheticSeries series;
  series.series_description = "L\xE9sion f\xFCr";
  EXPECT_EQ(written_and_read(series).series_description, "Lésion für");
  series.character_set = "ISO_IR 192";
  series.series_description = "Lésion";
  EXPECT_EQ(written_and_read(series).series_description, "Lésion");
  // Bytes that the declared character set does not have: still valid UTF-8, as databases demand.
  series.character_set = "";
  series.series_description = "L\xE9sion";
  EXPECT_EQ(written_and_read(series).series_description, "Lésion");
}

struct Expectation {
  SeriesDefect defect;
  const char* reason;
};

class DefectiveSeries : public testing::TestWithParam<Expectation> {};

TEST_P(DefectiveSeries, IsRejectedWithItsReason) {
  SyntheticSeries series;
  series.patient_name = "Canary^Carla";
  series.patient_id = "CANARY-ID";
  series.defect = GetParam().defect;
  const tests::TemporaryFolder folder;
  const auto files = tests::write_series(series, folder.path());
  const auto rejection = tests::rejection_of([&] { read_image_series(files); });
  ASSERT_TRUE(rejection.reason) << "accepted, expected " << GetParam().reason;
  EXPECT_EQ(keyword(*rejection.reason), GetParam().reason) << rejection.detail;
  EXPECT_FALSE(rejection.detail.empty());
  for (const char* canary : {"Canary", "CANARY", "2.25."}) {
    EXPECT_EQ(rejection.detail.find(canary), std::string::npos) << rejection.detail;
  }
}

INSTANTIATE_TEST_SUITE_P(
    AllDefects, DefectiveSeries,
    testing::Values(Expectation{SeriesDefect::missing_slice, "missing_slices"},
                    Expectation{SeriesDefect::two_missing_slices, "missing_slices"},
                    Expectation{SeriesDefect::single_slice, "too_few_slices"},
                    Expectation{SeriesDefect::duplicate_position, "duplicate_positions"},
                    Expectation{SeriesDefect::uneven_spacing, "mixed_spacing"},
                    Expectation{SeriesDefect::gantry_tilt, "sheared_volume"},
                    Expectation{SeriesDefect::mixed_orientation, "mixed_orientation"},
                    Expectation{SeriesDefect::mixed_pixel_spacing, "mixed_spacing"},
                    Expectation{SeriesDefect::mixed_rows, "mixed_size"},
                    Expectation{SeriesDefect::mixed_frame_of_reference, "mixed_frame_of_reference"},
                    Expectation{SeriesDefect::second_series, "mixed_series"},
                    Expectation{SeriesDefect::secondary_capture, "unsupported_sop_class"},
                    Expectation{SeriesDefect::not_decoded, "unsupported_transfer_syntax"},
                    Expectation{SeriesDefect::jpeg_of_another_size, "corrupt_pixel_data"},
                    Expectation{SeriesDefect::truncated_jpeg, "corrupt_pixel_data"},
                    Expectation{SeriesDefect::deflated, "unsupported_transfer_syntax"},
                    Expectation{SeriesDefect::colour, "unsupported_pixel_format"},
                    Expectation{SeriesDefect::four_bytes_per_pixel, "unsupported_pixel_format"},
                    Expectation{SeriesDefect::two_frames, "unsupported_pixel_format"},
                    Expectation{SeriesDefect::high_bit_below_bits_stored, "invalid_attribute"},
                    Expectation{SeriesDefect::short_pixel_data, "truncated_pixel_data"},
                    Expectation{SeriesDefect::no_pixel_data, "truncated_pixel_data"},
                    Expectation{SeriesDefect::truncated_file, "truncated_pixel_data"},
                    Expectation{SeriesDefect::absurd_rows_and_columns, "truncated_pixel_data"},
                    Expectation{SeriesDefect::no_rescale, "missing_attribute"},
                    Expectation{SeriesDefect::rescale_slope_zero, "invalid_attribute"},
                    Expectation{SeriesDefect::no_position, "missing_attribute"},
                    Expectation{SeriesDefect::position_not_a_number, "invalid_attribute"},
                    Expectation{SeriesDefect::no_orientation, "missing_attribute"},
                    Expectation{SeriesDefect::orientation_not_orthogonal, "invalid_attribute"},
                    Expectation{SeriesDefect::pixel_spacing_zero, "invalid_attribute"},
                    Expectation{SeriesDefect::no_sop_instance_uid, "missing_attribute"},
                    Expectation{SeriesDefect::malformed_series_uid, "invalid_uid"}),
    [](const auto& test) { return std::string(test.param.reason) + "_" + std::to_string(test.index); });

TEST(ImageSeries, FlagsPaddingByItsStoredValue) {
  SyntheticSeries series;
  series.stored_value = [](int x, int y, int z) { return z == 1 && x < 2 ? -2000 + y : x + 10 * y; };
  const auto padded = [&] {
    const auto padding = written_and_read(series).padding;
    return std::count(padding.begin(), padding.end(), 1);
  };
  EXPECT_TRUE(written_and_read(series).padding.empty());
  series.padding_value = -2000;
  EXPECT_EQ(padded(), 2);
  const auto read = written_and_read(series);
  const auto at = read.volume.grid.offset(1, 0, 1);
  EXPECT_EQ(read.padding[at], 1);
  EXPECT_EQ(read.volume.values[at], -2000 - 1024);
  series.padding_limit = -1998;
  EXPECT_EQ(padded(), 6);
  std::swap(series.padding_value, series.padding_limit);
  EXPECT_EQ(padded(), 6);
  series.transfer_syntax = SyntheticTransferSyntax::implicit_little_endian;
  EXPECT_EQ(padded(), 6);
  series.padding_value = series.padding_limit = 31000;
  EXPECT_TRUE(written_and_read(series).padding.empty());
}

TEST(ImageSeries, OfUnsignedPixelsHasUnsignedPadding) {
  SyntheticSeries series;
  series.is_signed = false;
  series.stored_value = [](int x, int, int) { return x == 0 ? 63536 : x; };
  series.padding_value = 63536;
  const auto padding = written_and_read(series).padding;
  EXPECT_EQ(std::count(padding.begin(), padding.end(), 1), 25);
}

TEST(ImageSeries, IsOfOnePatient) {
  SyntheticSeries series;
  const tests::TemporaryFolder folder;
  auto files = tests::write_series(series, folder.path() / "one");
  series.patient_id = "CANARY";
  files.back() = tests::write_series(series, folder.path() / "other").back();
  const auto rejection = tests::rejection_of([&] { read_image_series(files); });
  ASSERT_EQ(rejection.reason, RejectionReason::mixed_series);
  EXPECT_EQ(rejection.detail.find("CANARY"), std::string::npos);
}

TEST(DefectiveSeries, SaysHowManySlicesAreMissingAndWhere) {
  SyntheticSeries series;
  series.size[2] = 8;
  series.defect = SeriesDefect::two_missing_slices;
  const tests::TemporaryFolder folder;
  const auto files = tests::write_series(series, folder.path());
  const auto rejection = tests::rejection_of([&] { read_image_series(files); });
  EXPECT_EQ(rejection.detail,
            "2 of 8 slices are missing, the first between -22.00 mm and -10.00 mm along the slice normal");
}

TEST(DefectiveSeries, SaysWhatCannotBeDecoded) {
  SyntheticSeries series;
  const tests::TemporaryFolder folder;
  const auto detail = [&](SeriesDefect defect) {
    series.defect = defect;
    const auto files = tests::write_series(series, folder.path() / std::to_string(static_cast<int>(defect)));
    return tests::rejection_of([&] { read_image_series(files); }).detail;
  };
  EXPECT_NE(detail(SeriesDefect::not_decoded).find("compressed by JPEG 2000 Part 2"), std::string::npos);
  EXPECT_NE(detail(SeriesDefect::jpeg_of_another_size)
                .find("holds 7 x 5 pixels of 1 samples instead of 7 x 6 of 1"),
            std::string::npos);
}

TEST(DefectiveSeries, WithoutFilesHasTooFewSlices) {
  EXPECT_EQ(tests::rejected_as([] { read_image_series({}); }), "too_few_slices");
}

}  // namespace
}  // namespace glisson::dicom
