// The pre-scan of every data set.
#include "dicom/nesting.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const auto found =
      dicom::data_set_structure(fuzz::input_of(data, size), dicom::deepest_nesting, dicom::most_elements);
  if (found.depth < 0 || found.depth > dicom::deepest_nesting + 1) std::abort();
  if (found.pixel_data && (found.pixel_data->element >= size || found.pixel_data->value > size)) std::abort();
  return 0;
}
