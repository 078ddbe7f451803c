#include "dicom/network/part10.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

const FileMeta ct{SopClassUid("1.2.840.10008.5.1.4.1.1.2"), SopInstanceUid("1.2.3.4"),
                  TransferSyntaxUid("1.2.840.10008.1.2.1"), AeTitle("SCANNER")};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// An empty file in memory, closed at the end.
struct MemoryFile {
  int descriptor = ::memfd_create("part10", MFD_CLOEXEC);
  ~MemoryFile() { ::close(descriptor); }
  std::string content() const {
    std::string text(static_cast<std::size_t>(::lseek(descriptor, 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(descriptor, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }
};

TEST(EncodeFileHeader, IsReadByDcmtk) {
  const std::string header = encode_file_header(ct);
  const std::string file = header + std::string("\x10\x00\x20\x00LO\x02\x00ID", 10);
  DcmInputBufferStream stream;
  stream.setBuffer(file.data(), static_cast<offile_off_t>(file.size()));
  stream.setEos();
  DcmFileFormat format;
  format.transferInit();
  ASSERT_TRUE(format.read(stream).good());
  DcmMetaInfo& meta = *format.getMetaInfo();
  const auto text = [&](const DcmTagKey& tag) {
    OFString value;
    EXPECT_TRUE(meta.findAndGetOFString(tag, value).good());
    return std::string(value.c_str());
  };
  EXPECT_EQ(text(DCM_MediaStorageSOPClassUID), ct.sop_class_uid.value());
  EXPECT_EQ(text(DCM_MediaStorageSOPInstanceUID), "1.2.3.4");
  EXPECT_EQ(text(DCM_TransferSyntaxUID), "1.2.840.10008.1.2.1");
  EXPECT_EQ(text(DCM_SourceApplicationEntityTitle), "SCANNER");
  EXPECT_EQ(text(DCM_ImplementationClassUID), implementation_class_uid);
  Uint32 group_length = 0;
  ASSERT_TRUE(meta.findAndGetUint32(DCM_FileMetaInformationGroupLength, group_length).good());
  EXPECT_EQ(group_length, header.size() - 132 - 12);
}

TEST(SplitPart10, GivesBackWhatWasPutIn) {
  const std::string file = encode_file_header(ct) + "data set";
  const auto parts = split_part10(bytes_of(file));
  EXPECT_EQ(parts.meta.sop_class_uid, ct.sop_class_uid);
  EXPECT_EQ(parts.meta.sop_instance_uid, ct.sop_instance_uid);
  EXPECT_EQ(parts.meta.transfer_syntax_uid, ct.transfer_syntax_uid);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(parts.data_set.data()), parts.data_set.size()),
            "data set");
}

TEST(SplitPart10, RefusesEveryTruncatedHeader) {
  const std::string header = encode_file_header(ct);
  const auto required = header.find("1.2.840.10008.1.2.1") + 20;  // what follows may be absent
  for (std::size_t length = 0; length < required; ++length) {
    EXPECT_THROW(split_part10(bytes_of(std::string_view(header).substr(0, length))), RejectedInput) << length;
  }
}

TEST(ReceivedFile, WritesCountsAndDigests) {
  MemoryFile file;
  ReceivedFile writer(file.descriptor, ct, 1000);
  writer.append(bytes_of("first "));
  writer.append(bytes_of("second"));
  const auto received = writer.finish();
  EXPECT_FALSE(writer.failure());
  EXPECT_EQ(received.bytes, 12U);
  EXPECT_EQ(received.digest, sha256("first second"));
  EXPECT_EQ(file.content(), encode_file_header(ct) + "first second");
}

TEST(ReceivedFile, StopsWritingAtTheLimit) {
  MemoryFile file;
  ReceivedFile writer(file.descriptor, ct, 10);
  writer.append(bytes_of("0123456789"));
  EXPECT_FALSE(writer.failure());
  writer.append(bytes_of("x"));
  ASSERT_TRUE(writer.failure());
  EXPECT_EQ(writer.failure()->comment, "data set too large");
  EXPECT_EQ(writer.bytes(), 11U);
  EXPECT_EQ(file.content().size(), encode_file_header(ct).size() + 10);
}

TEST(ReceivedFile, SeesAFullDisk) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  ReceivedFile writer(full, ct, 1000);
  writer.append(bytes_of("data"));
  ASSERT_TRUE(writer.failure());
  EXPECT_EQ(writer.failure()->comment, "could not be written: No space left on device");
  EXPECT_EQ(writer.bytes(), 4U);
  ::close(full);
}

}  // namespace
}  // namespace glisson::dicom
