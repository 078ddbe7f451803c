// The pre-scan of every data set.
#include "dicom/nesting.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const int depth = dicom::nesting_depth(fuzz::input_of(data, size), dicom::deepest_nesting);
  if (depth < 0 || depth > dicom::deepest_nesting + 1) std::abort();
  return 0;
}
