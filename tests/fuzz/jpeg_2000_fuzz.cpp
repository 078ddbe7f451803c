// A JPEG 2000 codestream, for a frame of any layout.
#include <vector>

#include "dicom/images/jpeg_2000.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  if (size < 4) return 0;
  dicom::Jpeg2000Frame frame{1 + data[0], 1 + data[1], data[2] % 2 == 0 ? 8 : 16, 0, data[2] % 4 > 1};
  frame.bits_stored = 1 + data[3] % frame.bits_allocated;
  std::vector<std::uint8_t> target(static_cast<std::size_t>(frame.rows) *
                                   static_cast<std::size_t>(frame.columns) *
                                   static_cast<std::size_t>(frame.bits_allocated / 8));
  dicom::decode_jpeg_2000(fuzz::input_of(data + 4, size - 4), frame, target);
  return 0;
}
