// Image series: one hostile slice, as the whole series and twice.
#include "dicom/images/image_series.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const fuzz::InputFile file(data, size);
  const std::filesystem::path files[]{file.path(), file.path()};
  fuzz::parse([&] { dicom::read_image_series(std::span(files).first(1)); });
  return fuzz::parse([&] { dicom::read_image_series(files); });
}
