#include "dicom/instance_reader.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "dicom/images/content_digest.hpp"
#include "tests/support/rejection.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using tests::SeriesDefect;
using tests::SyntheticSegmentation;
using tests::SyntheticSeries;

class InstanceReader : public testing::Test {
 protected:
  std::filesystem::path image(const SyntheticSeries& series = {}) {
    return tests::write_series(series, folder / std::to_string(++written)).front();
  }
  std::filesystem::path segmentation(const SyntheticSegmentation& options = {}) {
    auto file = folder / (std::to_string(++written) + ".dcm");
    tests::write_segmentation(options, {}, file);
    return file;
  }
  std::filesystem::path text(const std::string& content) {
    auto file = folder / std::to_string(++written);
    std::ofstream(file) << content;
    return file;
  }
  static void change(const std::filesystem::path& file, const std::function<void(DcmDataset&)>& change,
                     E_TransferSyntax encoding = EXS_LittleEndianExplicit) {
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile(OFFilename(file.c_str())).good());
    ASSERT_TRUE(format.loadAllDataIntoMemory().good());
    change(*format.getDataset());
    ASSERT_TRUE(format.saveFile(OFFilename(file.c_str()), encoding).good());
  }

  tests::TemporaryFolder folder;
  int written = 0;
};

TEST_F(InstanceReader, ReadsTheHeaderOfAnImage) {
  SyntheticSeries series;
  series.series_description = "Portal ven\xF6s";
  const InstanceHeader header = read_instance_header(image(series));
  EXPECT_EQ(header.sop_instance_uid.value(), series.image_uid(0));
  EXPECT_EQ(header.sop_class_uid.value(), "1.2.840.10008.5.1.4.1.1.2");
  EXPECT_EQ(header.transfer_syntax_uid.value(), "1.2.840.10008.1.2.1");
  EXPECT_FALSE(header.frame_of_reference_uid.empty());
  EXPECT_EQ(header.modality, "CT");
  EXPECT_EQ(header.patient_id, "T1");
  EXPECT_EQ(header.accession_number, "A1");
  EXPECT_EQ(header.study_date, "20260131");
  EXPECT_EQ(header.series_description, "Portal venös");
  EXPECT_EQ(header.manufacturer, "Synthetic");
  EXPECT_EQ(header.study_description, "");
  EXPECT_TRUE(header.referenced_images.empty());
  EXPECT_FALSE(header.is_segmentation());
  EXPECT_FALSE(header.written_by_glisson);
}

TEST_F(InstanceReader, CollectsReferencesFromSeriesAndFramesEachOnce) {
  const auto file = segmentation();
  SyntheticSeries other;
  other.series = "2";
  change(file, [&](DcmDataset& data_set) {
    DcmItem* groups = nullptr;
    DcmItem* derivation = nullptr;
    DcmItem* source = nullptr;
    ASSERT_TRUE(data_set.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, 1).good());
    ASSERT_TRUE(groups->findOrCreateSequenceItem(DCM_DerivationImageSequence, derivation, -2).good());
    for (const std::string& uid : {other.image_uid(0), SyntheticSeries().image_uid(0)}) {
      ASSERT_TRUE(derivation->findOrCreateSequenceItem(DCM_SourceImageSequence, source, -2).good());
      ASSERT_TRUE(source->putAndInsertString(DCM_ReferencedSOPInstanceUID, uid.c_str()).good());
    }
  });
  const InstanceHeader header = read_instance_header(file);
  EXPECT_TRUE(header.is_segmentation());
  ASSERT_EQ(header.referenced_images.size(), 6U);  // Five of the series and one that only a frame names.
  EXPECT_TRUE(std::is_sorted(header.referenced_images.begin(), header.referenced_images.end()));
  EXPECT_NE(std::find(header.referenced_images.begin(), header.referenced_images.end(),
                      SopInstanceUid(other.image_uid(0))),
            header.referenced_images.end());
}

TEST_F(InstanceReader, RecognisesWhatGlissonWrote) {
  const auto by_equipment = image();
  change(by_equipment, [](DcmDataset& data_set) {
    DcmItem* item = nullptr;
    ASSERT_TRUE(data_set.findOrCreateSequenceItem(DCM_ContributingEquipmentSequence, item, -2).good());
    ASSERT_TRUE(item->putAndInsertString(DCM_Manufacturer, "Some PACS").good());
    ASSERT_TRUE(data_set.findOrCreateSequenceItem(DCM_ContributingEquipmentSequence, item, -2).good());
    ASSERT_TRUE(item->putAndInsertString(DCM_Manufacturer, "Glisson").good());
  });
  EXPECT_TRUE(read_instance_header(by_equipment).written_by_glisson);

  const auto by_manufacturer = image();
  change(by_manufacturer, [](DcmDataset& data_set) {
    ASSERT_TRUE(data_set.putAndInsertString(DCM_Manufacturer, "Glisson").good());
  });
  EXPECT_FALSE(read_instance_header(by_manufacturer).written_by_glisson);
  change(by_manufacturer,
         [](DcmDataset& data_set) { ASSERT_TRUE(data_set.putAndInsertString(DCM_Modality, "SR").good()); });
  EXPECT_TRUE(read_instance_header(by_manufacturer).written_by_glisson);
}

TEST_F(InstanceReader, NeverLooksAtThePixelData) {
  SyntheticSeries series;
  series.defect = SeriesDefect::truncated_file;
  EXPECT_EQ(read_instance_header(image(series)).modality, "CT");
}

TEST_F(InstanceReader, GivesTheReasonForWhatItCannotRead) {
  const auto reason = [](const std::filesystem::path& file) {
    return tests::rejected_as([&] { read_instance_header(file); });
  };
  EXPECT_EQ(reason(text("")), "not_dicom");
  EXPECT_EQ(reason(text("A licence.")), "not_dicom");
  EXPECT_EQ(reason(text(std::string(4096, '\0'))), "not_dicom");
  EXPECT_EQ(reason(folder.path()), "not_dicom");
  for (const std::uintmax_t bytes : {150U, 400U, 700U}) {
    const auto file = image();
    tests::truncate_file(file, bytes);
    EXPECT_EQ(reason(file), "truncated_data_set") << bytes;
  }
  SyntheticSeries series;
  series.defect = SeriesDefect::no_sop_instance_uid;
  EXPECT_EQ(reason(image(series)), "missing_attribute");
  series.defect = SeriesDefect::malformed_series_uid;
  EXPECT_EQ(reason(image(series)), "invalid_uid");
  series.defect = SeriesDefect::deflated;
  EXPECT_EQ(reason(image(series)), "unsupported_transfer_syntax");
  series.defect = SeriesDefect::not_decoded;
  EXPECT_EQ(reason(image(series)), "accepted");
  EXPECT_THROW(read_instance_header(folder / "absent"), TransientError);
}

TEST_F(InstanceReader, ContentDigestIgnoresTheHeaderAndTheEncoding) {
  const auto original = image();
  const auto revised = image();
  change(
      revised,
      [](DcmDataset& data_set) {
        ASSERT_TRUE(data_set.putAndInsertString(DCM_PatientName, "Corrected^Name").good());
        ASSERT_TRUE(data_set.putAndInsertString(DCM_RescaleIntercept, "-1024.0").good());
      },
      EXS_LittleEndianImplicit);
  EXPECT_EQ(image_content_digest(original), image_content_digest(revised));
  SyntheticSeries big_endian;
  big_endian.transfer_syntax = tests::SyntheticTransferSyntax::explicit_big_endian;
  EXPECT_EQ(image_content_digest(original), image_content_digest(image(big_endian)));
  EXPECT_EQ(image_content_digest(original).size(), 64U);
}

TEST_F(InstanceReader, ContentDigestChangesWithPixelsAndGeometry) {
  const std::string original = image_content_digest(image());
  SyntheticSeries other_pixel;
  other_pixel.stored_value = [](int x, int y, int z) {
    return x + 10 * y + 100 * z + (x == 6 && y == 4 ? 1 : 0);
  };
  EXPECT_NE(image_content_digest(image(other_pixel)), original);
  SyntheticSeries moved;
  moved.origin[2] += 0.5;
  EXPECT_NE(image_content_digest(image(moved)), original);
  SyntheticSeries rescaled;
  rescaled.intercept = [](int) { return -1000; };
  EXPECT_NE(image_content_digest(image(rescaled)), original);
}

TEST_F(InstanceReader, ContentDigestOfASegmentationCoversFramesSegmentsAndPositions) {
  const std::string original = image_content_digest(segmentation());
  SyntheticSegmentation relabelled;
  relabelled.segments[0].label = "Renamed";
  EXPECT_EQ(image_content_digest(segmentation(relabelled)), original);
  SyntheticSegmentation renumbered;
  renumbered.segments[0].number = 2;
  EXPECT_NE(image_content_digest(segmentation(renumbered)), original);
  SyntheticSegmentation repainted;
  repainted.segments[0].inside = [](int x, int y, int z) { return (x + 2 * y + 3 * z) % 5 == 0 && x != 6; };
  EXPECT_NE(image_content_digest(segmentation(repainted)), original);
  SyntheticSegmentation moved;
  moved.defect = tests::SegmentationDefect::outside_of_images;
  EXPECT_NE(image_content_digest(segmentation(moved)), original);
}

TEST_F(InstanceReader, ContentDigestOfWhatIsNotDecodedIsThatOfItsFragments) {
  SyntheticSeries series;
  series.defect = SeriesDefect::not_decoded;
  const auto original = image(series);
  const auto revised = image(series);
  change(
      revised,
      [](DcmDataset& data_set) {
        ASSERT_TRUE(data_set.putAndInsertString(DCM_PatientName, "Corrected^Name").good());
      },
      EXS_JPEG2000MulticomponentLosslessOnly);
  EXPECT_EQ(image_content_digest(original), image_content_digest(revised));
  EXPECT_NE(image_content_digest(original), image_content_digest(image()));
}

TEST_F(InstanceReader, ContentDigestRefusesWhatHasNoReadablePixels) {
  const auto reason = [&](SeriesDefect defect) {
    SyntheticSeries series;
    series.defect = defect;
    const auto file = image(series);
    return tests::rejected_as([&] { image_content_digest(file); });
  };
  EXPECT_EQ(reason(SeriesDefect::truncated_jpeg), "corrupt_pixel_data");
  EXPECT_EQ(reason(SeriesDefect::short_pixel_data), "truncated_pixel_data");
  EXPECT_EQ(reason(SeriesDefect::truncated_file), "truncated_pixel_data");
  EXPECT_EQ(reason(SeriesDefect::absurd_rows_and_columns), "truncated_pixel_data");
  EXPECT_EQ(reason(SeriesDefect::no_pixel_data), "missing_attribute");
}

}  // namespace
}  // namespace glisson::dicom
