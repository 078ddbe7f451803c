// The pre-scan of every data set, with DCMTK as its oracle: what it lets pass must not be nested more deeply
// for DCMTK.
#include "dicom/dicom_file.hpp"
#include "dicom/nesting.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/dcmtk_nesting.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const auto found =
      dicom::data_set_structure(fuzz::input_of(data, size), dicom::deepest_nesting, dicom::most_elements);
  if (found.depth < 0 || found.depth > dicom::deepest_nesting + 1) std::abort();
  if (found.pixel_data && (found.pixel_data->element >= size || found.pixel_data->value > size)) std::abort();
  const fuzz::InputFile file(data, size);
  return fuzz::parse([&] {
    const dicom::DicomFile parsed(file.path(), dicom::Extent::whole);
    if (tests::depth_of(parsed.data_set()) > found.depth) std::abort();
  });
}
