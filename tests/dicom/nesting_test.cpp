#include "dicom/nesting.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "dicom/dicom_file.hpp"
#include "dicom/images/content_digest.hpp"
#include "dicom/instance_reader.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/support/rejection.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using namespace std::string_literals;

enum class Lengths { defined, undefined };

/// Writes data sets byte by byte, without any toolkit.
class Bytes {
 public:
  Bytes(bool explicit_vr, bool big_endian) : explicit_vr_(explicit_vr), big_endian_(big_endian) {}

  Bytes& number(std::uint32_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t shift = 8 * (big_endian_ ? width - 1 - i : i);
      text += static_cast<char>((value >> shift) & 0xFF);
    }
    return *this;
  }
  Bytes& tag(std::uint32_t value) { return number(value >> 16, 2).number(value & 0xFFFF, 2); }
  Bytes& element(std::uint32_t tag_value, const std::string& vr, const std::string& value) {
    tag(tag_value);
    if (explicit_vr_) {
      text += vr;
      number(static_cast<std::uint32_t>(value.size()), 2);
    } else {
      number(static_cast<std::uint32_t>(value.size()), 4);
    }
    text += value;
    return *this;
  }
  Bytes& sequence_header(const std::string& vr, std::uint32_t length) {
    tag(0x00081140);
    if (explicit_vr_) {
      text += vr;
      number(0, 2);
    }
    return number(length, 4);
  }

  std::string text;

 private:
  bool explicit_vr_;
  bool big_endian_;
};

std::string nested(int depth, bool explicit_vr, bool big_endian, Lengths lengths,
                   const std::string& vr = "SQ") {
  std::string content = Bytes(explicit_vr, big_endian).element(0x00081150, "UI", "1.2 ").text;
  for (int level = 0; level < depth; ++level) {
    Bytes bytes(explicit_vr, big_endian);
    const auto item = static_cast<std::uint32_t>(content.size());
    if (lengths == Lengths::defined) {
      bytes.sequence_header(vr, item + 8).tag(0xFFFEE000).number(item, 4);
      bytes.text += content;
    } else {
      bytes.sequence_header(vr, 0xFFFFFFFF).tag(0xFFFEE000).number(0xFFFFFFFF, 4);
      bytes.text += content;
      bytes.tag(0xFFFEE00D).number(0, 4).tag(0xFFFEE0DD).number(0, 4);
    }
    content = bytes.text;
  }
  return content;
}

std::string part10(const std::string& transfer_syntax, const std::string& data_set) {
  Bytes meta(true, false);
  meta.element(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2 ").element(0x00020010, "UI", transfer_syntax);
  return std::string(128, '\0') + "DICM" + meta.text + data_set;
}

DataSetStructure structure_of(const std::string& file, int deepest = 64, std::uint64_t most = most_elements) {
  return data_set_structure({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, deepest, most);
}

int depth_of(const std::string& file, int limit = 1000000) { return structure_of(file, limit).depth; }

TEST(Nesting, IsCountedInEveryEncoding) {
  for (const auto lengths : {Lengths::defined, Lengths::undefined}) {
    for (const int depth : {0, 1, 9, 500}) {
      EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2.1 ", nested(depth, true, false, lengths))), depth);
      EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2.2 ", nested(depth, true, true, lengths))), depth);
      EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2 ", nested(depth, false, false, lengths))), depth);
      EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2.4.70 ", nested(depth, true, false, lengths))), depth);
    }
  }
}

TEST(Nesting, IsCountedWithinSequencesOfUnknownVr) {
  const std::string inner = nested(7, false, false, Lengths::undefined);
  Bytes outer(true, false);
  outer.sequence_header("UN", 0xFFFFFFFF).tag(0xFFFEE000).number(0xFFFFFFFF, 4);
  outer.text += inner;
  outer.tag(0xFFFEE00D).number(0, 4).tag(0xFFFEE0DD).number(0, 4);
  outer.text += nested(3, true, false, Lengths::defined);
  EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2.1 ", outer.text)), 8);
}

TEST(Nesting, OfNeighboursDoesNotAddUp) {
  std::string neighbours;
  for (int i = 0; i < 200; ++i) {
    neighbours += nested(2, true, false, i % 2 == 0 ? Lengths::defined : Lengths::undefined);
  }
  EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2.1 ", neighbours)), 2);
}

TEST(Nesting, IsCountedNoFurtherThanTheLimit) {
  EXPECT_EQ(depth_of(part10("1.2.840.10008.1.2.1 ", nested(5000, true, false, Lengths::undefined)), 64), 65);
}

TEST(Nesting, OfAnythingElseThanADataSetIsNoError) {
  for (const std::string& bytes :
       {std::string(), std::string("A licence."), std::string(5000, '\xFF'), std::string(5000, '\0'),
        part10("1.2.840.10008.1.2.1.99", std::string(999, 'x'))}) {
    EXPECT_GE(depth_of(bytes), 0);
  }
  const std::string file = part10("1.2.840.10008.1.2.1 ", nested(20, true, false, Lengths::defined));
  for (std::size_t size = 0; size < file.size(); ++size) EXPECT_LE(depth_of(file.substr(0, size)), 20);
}

TEST(Nesting, BeyondTheLimitIsRejectedBeforeAnythingRecurses) {
  const tests::TemporaryFolder folder;
  const auto file = folder / "deep.dcm";
  // Undefined lengths, because 400,000 nested copies would take hours to assemble.
  std::string headers;
  Bytes level(true, false);
  level.sequence_header("SQ", 0xFFFFFFFF).tag(0xFFFEE000).number(0xFFFFFFFF, 4);
  for (int i = 0; i < 400000; ++i) headers += level.text;
  std::ofstream(file, std::ios::binary) << part10("1.2.840.10008.1.2.1 ", headers);
  EXPECT_EQ(tests::rejected_as([&] { read_instance_header(file); }), "too_deeply_nested");
  EXPECT_EQ(tests::rejected_as([&] { image_content_digest(file); }), "too_deeply_nested");
}

/// A sequence of one item with one element, whose lengths are what they should be plus these.
std::string with_lengths(std::uint32_t sequence, std::uint32_t item, std::uint16_t element) {
  Bytes content(true, false);
  content.tag(0x00081150);
  content.text += "UI";
  content.number(4U + element, 2);
  content.text += "1.2 ";
  Bytes bytes(true, false);
  bytes.sequence_header("SQ", 20 + sequence).tag(0xFFFEE000).number(12 + item, 4);
  bytes.text += content.text;
  bytes.text += nested(1, true, false, Lengths::defined);
  return part10("1.2.840.10008.1.2.1 ", bytes.text);
}

TEST(Lengths, ThatAgreeAreConsistent) { EXPECT_FALSE(structure_of(with_lengths(0, 0, 0)).inconsistent); }

TEST(Lengths, OfElementsAndItemsStayWithinWhatHoldsThem) {
  EXPECT_TRUE(structure_of(with_lengths(0, 0, 2)).inconsistent);
  EXPECT_TRUE(structure_of(with_lengths(0, 2, 0)).inconsistent);
  EXPECT_TRUE(structure_of(with_lengths(0, 0x7FFFFFFF, 0)).inconsistent);
  const tests::TemporaryFolder folder;
  std::ofstream(folder / "lie.dcm", std::ios::binary) << with_lengths(0, 2, 0);
  EXPECT_EQ(tests::rejected_as([&] { read_instance_header(folder / "lie.dcm"); }), "inconsistent_lengths");
}

TEST(Lengths, BeyondTheEndOfTheFileAreForTheParserToTell) {
  const std::string file = with_lengths(0, 0, 0);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(structure_of(file.substr(0, size)).inconsistent) << size;
  }
}

TEST(Lengths, OfASequenceThatTakesInItsNeighboursAreInconsistent) {
  EXPECT_TRUE(structure_of(with_lengths(0x7FFFFFFF, 0, 0)).inconsistent);
}

TEST(Lengths, ThatLieHideNoNesting) {
  Bytes outer(true, false);
  outer.sequence_header("SQ", 0x7FFFFFFF);
  outer.text += Bytes(true, false).tag(0xFFFEE000).number(0x10, 4).text;
  outer.text += nested(500, true, false, Lengths::undefined);
  EXPECT_TRUE(structure_of(part10("1.2.840.10008.1.2.1 ", outer.text)).inconsistent);
}

/// What would end a parser if it went unseen.
std::string levels(std::uint32_t tag = 0x00081140) {
  std::string text;
  Bytes level(true, false);
  level.tag(tag);
  level.text += "SQ";
  level.number(0, 2).number(0xFFFFFFFF, 4).tag(0xFFFEE000).number(0xFFFFFFFF, 4);
  for (int i = 0; i < 20000; ++i) text += level.text;
  return text;
}

/// Something before nested sequences that a parser passes over in another way than a careless look does.
struct Disguise {
  const char* name;
  std::string data_set;
  std::string reason;
};

class Disguises : public testing::TestWithParam<Disguise> {};

TEST_P(Disguises, HideNoNesting) {
  const tests::TemporaryFolder folder;
  const auto file = folder / "hidden.dcm";
  std::ofstream(file, std::ios::binary) << part10("1.2.840.10008.1.2.1 ", GetParam().data_set);
  EXPECT_EQ(tests::rejected_as([&] { DicomFile(file, Extent::whole); }), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Nesting, Disguises,
    testing::Values(
        Disguise{"BehindAnUnknownVr", "\x08\0\x05\0ZZ\xFE\xFF\0\0\0\0"s + levels(), "too_deeply_nested"},
        Disguise{"BehindAVrOfTheToolkitsOwn", "\x08\0\x05\0ox\0\0\0\0\0\0"s + levels(),
                 "inconsistent_lengths"},
        Disguise{"BehindAnotherTransferSyntax",
                 "\x02\0\x10\0UI\x12\0"
                 "1.2.840.10008.1.2\0"s +
                     levels(),
                 "inconsistent_lengths"},
        Disguise{"BehindADeflatedTransferSyntax",
                 "\x02\0\x10\0UI\x16\0"
                 "1.2.840.10008.1.2.1.99"s +
                     levels(),
                 "inconsistent_lengths"},
        Disguise{"BehindADelimiterThatEndsNothing", "\xFE\xFF\xDD\xE0\0\0\0\0"s + levels(), "accepted"},
        Disguise{"BehindPixelDataInPieces",
                 "\xE0\x7F\x10\0OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\xDD\xE0\0\0\0\0"s + levels(),
                 "too_deeply_nested"},
        Disguise{"AsPixelData", levels(0x7FE00010), "too_deeply_nested"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Nesting, BehindThePixelDataIsNotRead) {
  const tests::TemporaryFolder folder;
  const auto file = folder / "behind.dcm";
  std::ofstream(file, std::ios::binary)
      << part10("1.2.840.10008.1.2.1 ", "\xE0\x7F\x10\0OW\0\0\2\0\0\0ab"s + levels(0x7FE10010));
  EXPECT_NO_THROW(DicomFile(file, Extent::whole));
}

TEST(MetaInformation, IsReadInOneWayOnly) {
  const tests::TemporaryFolder folder;
  const auto file = folder / "meta.dcm";
  const auto reason = [&](const std::string& transfer_syntax, const std::string& more) {
    std::ofstream(file, std::ios::binary) << part10(transfer_syntax, more + levels());
    return tests::rejected_as([&] { DicomFile(file, Extent::whole); });
  };
  // A name, and a second transfer syntax.
  EXPECT_EQ(reason("Little Endian Implicit", ""), "inconsistent_lengths");
  EXPECT_EQ(reason("1.2.840.10008.1.2.1 ",
                   "\2\0\x10\0UI\x12\0"
                   "1.2.840.10008.1.2\0"s),
            "inconsistent_lengths");
  // A group that is 0002 only to whom reads big endian.
  EXPECT_EQ(reason("1.2.840.10008.1.2.1 ",
                   "\0\2\x10\0UI\x12\0"
                   "1.2.840.10008.1.2\0"s),
            "inconsistent_lengths");
  EXPECT_EQ(reason("1.2.840.10008.1.2.1 ", "\2\0\2\1SQ\0\0\xFF\xFF\xFF\xFF"s), "inconsistent_lengths");
}

TEST(Elements, AreCountedNoFurtherThanTheLimit) {
  std::string elements;
  for (int i = 0; i < 1000; ++i) elements += Bytes(true, false).element(0x00091001, "LO", "").text;
  const std::string file = part10("1.2.840.10008.1.2.1 ", elements);
  EXPECT_EQ(structure_of(file).elements, 1002U);
  EXPECT_EQ(structure_of(file, 64, 100).elements, 101U);
}

TEST(Nesting, OfRealSegmentationsIsShallow) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  std::ifstream stream(data / "data/liver-ct/seg.dcm", std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(stream)), {});
  EXPECT_EQ(depth_of(file), 4);  // Per-frame groups, derivation image, source image, purpose of reference.
}

}  // namespace
}  // namespace glisson::dicom
