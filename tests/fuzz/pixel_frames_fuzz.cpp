// A compressed frame in every transfer syntax that is decoded, in a file whose header says anything about it.
#include <array>
#include <string>
#include <vector>

#include "dicom/dicom_file.hpp"
#include "dicom/images/pixel_frames.hpp"
#include "dicom/network/part10.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

constexpr std::array syntaxes{"1.2.840.10008.1.2.5",    "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
                              "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90",
                              "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"};

void append(std::string& bytes, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> 8 * i);
}

void append_short(std::string& bytes, std::uint16_t element, int value) {
  append(bytes, 0x0028, 2);
  append(bytes, element, 2);
  bytes += "US";
  append(bytes, 2, 2);
  append(bytes, static_cast<std::uint32_t>(value), 2);
}

void append_item(std::string& bytes, std::string_view value) {
  append(bytes, 0xE000FFFE, 4);
  append(bytes, static_cast<std::uint32_t>(value.size()), 4);
  bytes += value;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  if (size < 5) return 0;
  dicom::PixelLayout layout{1 + data[1], 1 + data[2], data[3] % 2 == 0 ? 8 : 16, 0, 0, data[3] % 4 > 1};
  layout.bits_stored = 1 + data[4] % layout.bits_allocated;
  layout.high_bit = layout.bits_stored - 1;

  std::string file = dicom::encode_file_header(
      {dicom::SopClassUid("1.2.840.10008.5.1.4.1.1.2"), dicom::SopInstanceUid("1.2.3"),
       dicom::TransferSyntaxUid(syntaxes[data[0] % syntaxes.size()]), dicom::AeTitle("FUZZ")});
  append_short(file, 0x0002, 1);
  append(file, 0x00040028, 4);
  file += std::string("CS\x0C\0MONOCHROME2 ", 16);
  append_short(file, 0x0010, layout.rows);
  append_short(file, 0x0011, layout.columns);
  append_short(file, 0x0100, layout.bits_allocated);
  append_short(file, 0x0101, layout.bits_stored);
  append_short(file, 0x0102, layout.high_bit);
  append_short(file, 0x0103, layout.is_signed ? 1 : 0);
  append(file, 0x00107FE0, 4);
  file += std::string("OB\0\0\xFF\xFF\xFF\xFF", 8);
  append_item(file, {});
  std::string frame(fuzz::text_of(data + 5, size - 5));
  if (frame.size() % 2 == 1) frame += '\0';
  append_item(file, frame);
  append(file, 0xE0DDFFFE, 4);
  append(file, 0, 4);

  const fuzz::InputFile input(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
  return fuzz::parse([&] {
    const dicom::DicomFile image(input.path(), dicom::Extent::whole);
    dicom::PixelFrames frames(image, layout, 1);
    std::vector<std::uint8_t> target(layout.frame_bytes());
    frames.read(0, target);
  });
}
