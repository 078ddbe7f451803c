// Part 10 files that are taken apart to be sent.
#include "dicom/network/part10.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  return fuzz::parse([&] {
    const auto file = std::as_bytes(fuzz::input_of(data, size));
    const dicom::Part10 part10 = dicom::split_part10(file);
    if (part10.data_set.size() > size) std::abort();
    dicom::encode_file_header(part10.meta);
  });
}
