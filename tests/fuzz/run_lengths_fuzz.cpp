// Run lengths of a frame, for a frame of any size.
#include <vector>

#include "dicom/images/run_lengths.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  if (size < 2) return 0;
  const std::size_t sample_bytes = 1U + data[0] % 2U;
  std::vector<std::uint8_t> target(sample_bytes * (1U + data[1]));
  dicom::decode_run_lengths(fuzz::input_of(data + 2, size - 2), sample_bytes, target);
  return 0;
}
