// What an association process reads of a received file.
#include "dicom/instance_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const fuzz::InputFile file(data, size);
  return fuzz::parse([&] {
    const auto header = dicom::read_instance_header(file.path());
    if (header.sop_instance_uid.empty() || header.study_instance_uid.empty()) std::abort();
  });
}
