// The markers of a JPEG stream up to its first scan.
#include "dicom/images/jpeg_stream.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const auto header = dicom::read_jpeg_header(fuzz::input_of(data, size));
  if (header && (header->rows < 0 || header->columns < 0)) std::abort();
  return 0;
}
