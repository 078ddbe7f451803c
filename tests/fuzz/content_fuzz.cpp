// What an analysis process reads to compare two objects with one UID.
#include "dicom/images/content_digest.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const fuzz::InputFile file(data, size);
  return fuzz::parse([&] { dicom::image_content_digest(file.path()); });
}
