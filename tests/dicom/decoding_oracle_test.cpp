// The encoders of DCMTK and GDCM are the oracle: what they compressed must be read bit for bit as it was.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "dicom/images/content_digest.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/instance_reader.hpp"
#include "dicom/transfer_syntax.hpp"
#include "tests/support/command.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/support/rejection.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/synthetic_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using Files = std::vector<std::filesystem::path>;

struct Encoder {
  const char* name;
  std::vector<std::string> command;  ///< Input and output are added.
  const char* transfer_syntax_uid;
};

const std::vector<Encoder>& lossless_encoders() {
  static const std::vector<Encoder> all{
      {"DcmtkRle", {"dcmcrle"}, "1.2.840.10008.1.2.5"},
      {"DcmtkJpegLosslessSv1", {"dcmcjpeg", "+e1"}, "1.2.840.10008.1.2.4.70"},
      {"DcmtkJpegLosslessPredictor6", {"dcmcjpeg", "+el", "+sv", "6"}, "1.2.840.10008.1.2.4.57"},
      {"DcmtkJpegLosslessPredictor7", {"dcmcjpeg", "+el", "+sv", "7"}, "1.2.840.10008.1.2.4.57"},
      {"DcmtkJpegLosslessInFragments", {"dcmcjpeg", "+e1", "+fs", "1"}, "1.2.840.10008.1.2.4.70"},
      {"DcmtkJpegLs", {"dcmcjpls"}, "1.2.840.10008.1.2.4.80"},
      {"GdcmRle", {"gdcmconv", "--rle"}, "1.2.840.10008.1.2.5"},
      {"GdcmJpegLossless", {"gdcmconv", "--jpeg"}, "1.2.840.10008.1.2.4.70"},
      {"GdcmJpegLs", {"gdcmconv", "--jpegls"}, "1.2.840.10008.1.2.4.80"},
      {"GdcmJpeg2000", {"gdcmconv", "--j2k"}, "1.2.840.10008.1.2.4.90"},
  };
  return all;
}

/// Runs the encoder on each file.
Files encoded(const Files& files, const Encoder& encoder, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  Files results;
  for (const auto& file : files) {
    auto command = encoder.command;
    results.push_back(folder / file.filename());
    command.push_back(file);
    command.push_back(results.back());
    const auto run = tests::run_command(command);
    if (run.exit_code != 0) throw std::runtime_error(run.err);
    EXPECT_EQ(read_instance_header(results.back()).transfer_syntax_uid.value(), encoder.transfer_syntax_uid);
  }
  return results;
}

struct StoredBits {
  const char* name;
  int allocated;
  int stored;
  bool is_signed;
};

/// Noise over the whole range of the stored bits, its ends included, and a smooth part.
tests::SyntheticSeries noisy_series(const StoredBits& bits) {
  tests::SyntheticSeries series;
  // GDCM encodes no odd number of bytes by RLE.
  series.size = {31, bits.allocated == 8 ? 24 : 23, 3};
  series.bits_allocated = bits.allocated;
  series.bits_stored = bits.stored;
  series.high_bit = bits.stored - 1;
  series.is_signed = bits.is_signed;
  series.extend_sign = true;
  const int lowest = bits.is_signed ? -(1 << (bits.stored - 1)) : 0;
  const int range = 1 << bits.stored;
  series.stored_value = [lowest, range](int x, int y, int z) {
    if (y == 0) return x % 2 == 0 ? lowest : lowest + range - 1;
    if (y < 8) return lowest + (x + 2 * y + 3 * z) % range;
    const auto noise = static_cast<unsigned>(x * 73856093 ^ y * 19349663 ^ z * 83492791) * 2654435761U;
    return lowest + static_cast<int>((noise >> 7) % static_cast<unsigned>(range));
  };
  return series;
}

class LosslessDecoding : public testing::TestWithParam<std::tuple<Encoder, StoredBits>> {};

TEST_P(LosslessDecoding, GivesTheVolumeBitForBit) {
  const auto& [encoder, bits] = GetParam();
  if (!tests::has_program(encoder.command.front())) GTEST_SKIP() << encoder.command.front();
  const tests::TemporaryFolder folder;
  const Files files = tests::write_series(noisy_series(bits), folder.path() / "uncompressed");
  const Files compressed = encoded(files, encoder, folder.path() / "compressed");
  const ImageSeries expected = read_image_series(files);
  const ImageSeries read = read_image_series(compressed);
  EXPECT_EQ(read.volume.values, expected.volume.values);
  EXPECT_EQ(read.lossy_images, 0);
  EXPECT_EQ(image_content_digest(compressed.front()), image_content_digest(files.front()));
}

INSTANTIATE_TEST_SUITE_P(OfEachEncoder, LosslessDecoding,
                         testing::Combine(testing::ValuesIn(lossless_encoders()),
                                          testing::Values(StoredBits{"Unsigned8", 8, 8, false},
                                                          StoredBits{"Unsigned12", 16, 12, false},
                                                          StoredBits{"Unsigned16", 16, 16, false},
                                                          StoredBits{"Signed12", 16, 12, true},
                                                          StoredBits{"Signed16", 16, 16, true})),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).name) + std::get<1>(test.param).name;
                         });

TEST(LosslessDecoding, OfTheLiverStudyGivesTheVolumeBitForBit) {
  GLISSON_REFERENCE_DATA_OR_SKIP(reference);
  if (!tests::has_program("gdcmconv")) GTEST_SKIP() << "gdcmconv";
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(reference / "data/liver-ct")) {
    const auto& file = entry.path();
    if (file.extension() == ".dcm" && file.filename() != "seg.dcm") files.push_back(file);
  }
  const ImageSeries expected = read_image_series(files);
  const tests::TemporaryFolder folder;
  for (const char* name : {"DcmtkJpegLosslessSv1", "DcmtkJpegLs", "GdcmJpeg2000"}) {
    SCOPED_TRACE(name);
    const auto encoder = std::ranges::find_if(
        lossless_encoders(), [&](const Encoder& one) { return one.name == std::string_view(name); });
    const ImageSeries read = read_image_series(encoded(files, *encoder, folder.path() / name));
    EXPECT_EQ(read.volume.values, expected.volume.values);
  }
}

// Decoders fill what is cut off with values of their own: no length may pass for the image.
TEST(TruncatedStream, IsRejectedAtEveryLength) {
  if (!tests::has_program("gdcmconv")) GTEST_SKIP() << "gdcmconv";
  const tests::TemporaryFolder folder;
  const Files files = tests::write_series(noisy_series({"", 16, 12, true}), folder.path() / "uncompressed");
  for (const char* name : {"DcmtkRle", "DcmtkJpegLosslessSv1", "DcmtkJpegLs", "GdcmJpeg2000"}) {
    SCOPED_TRACE(name);
    const auto encoder = std::ranges::find_if(
        lossless_encoders(), [&](const Encoder& one) { return one.name == std::string_view(name); });
    const Files compressed = encoded(files, *encoder, folder.path() / name);
    const Files others(compressed.begin() + 1, compressed.end());
    DcmFileFormat original;
    ASSERT_TRUE(original.loadFile(compressed.front().c_str()).good());
    ASSERT_TRUE(original.loadAllDataIntoMemory().good());
    const E_TransferSyntax encoding = original.getDataset()->getOriginalXfer();
    const std::vector<std::uint8_t> stream = tests::first_fragment(original);
    for (std::size_t part = 1; part < 40; ++part) {
      auto cut = stream;
      // The last bytes may be padding and the end marker: three of them are needed to miss anything.
      cut.resize(std::min(stream.size() * part / 39, stream.size() - 3));
      tests::encapsulate(original, encoding, cut);
      Files all = others;
      all.push_back(folder / "cut.dcm");
      tests::save(original, all.back(), encoding);
      EXPECT_EQ(tests::rejected_as([&] { read_image_series(all); }), "corrupt_pixel_data")
          << cut.size() << " of " << stream.size();
    }
  }
}

struct LossyEncoder {
  Encoder encoder;
  StoredBits bits;
};

TEST(LossyDecoding, IsToldByTransferSyntaxAndAttribute) {
  const tests::TemporaryFolder folder;
  const StoredBits eight{"", 8, 8, false};
  const StoredBits twelve{"", 16, 12, false};
  int number = 0;
  for (const auto& [encoder, bits] :
       {LossyEncoder{{"", {"dcmcjpeg", "+eb"}, "1.2.840.10008.1.2.4.50"}, eight},
        LossyEncoder{{"", {"dcmcjpeg", "+ee"}, "1.2.840.10008.1.2.4.51"}, twelve},
        LossyEncoder{{"", {"dcmcjpls", "+en"}, "1.2.840.10008.1.2.4.81"}, twelve},
        LossyEncoder{{"", {"gdcmconv", "--j2k", "--lossy", "-r", "10"}, "1.2.840.10008.1.2.4.91"}, twelve}}) {
    SCOPED_TRACE(encoder.transfer_syntax_uid);
    const auto place = folder.path() / std::to_string(++number);
    const Files files = tests::write_series(noisy_series(bits), place / "uncompressed");
    const ImageSeries read = read_image_series(encoded(files, encoder, place / "compressed"));
    EXPECT_EQ(read.lossy_images, 3);
    EXPECT_NE(read.volume.values, read_image_series(files).volume.values);
  }
  auto series = noisy_series(twelve);
  series.lossy_before = true;
  EXPECT_EQ(read_image_series(tests::write_series(series, folder.path() / "before")).lossy_images, 3);
}

}  // namespace
}  // namespace glisson::dicom
