// The pre-scan of every data set, with DCMTK as its oracle: what it lets pass must not be nested more deeply
// for DCMTK.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>

#include "dicom/dicom_file.hpp"
#include "dicom/nesting.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

int depth_of(DcmItem& item) {
  int deepest = 0;
  for (unsigned long i = 0; i < item.card(); ++i) {
    auto* const sequence = dynamic_cast<DcmSequenceOfItems*>(item.getElement(i));
    if (sequence == nullptr || dynamic_cast<DcmPixelSequence*>(sequence) != nullptr) continue;
    for (unsigned long j = 0; j < sequence->card(); ++j)
      deepest = std::max(deepest, 1 + depth_of(*sequence->getItem(j)));
  }
  return deepest;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const auto found =
      dicom::data_set_structure(fuzz::input_of(data, size), dicom::deepest_nesting, dicom::most_elements);
  if (found.depth < 0 || found.depth > dicom::deepest_nesting + 1) std::abort();
  if (found.pixel_data && (found.pixel_data->element >= size || found.pixel_data->value > size)) std::abort();
  const fuzz::InputFile file(data, size);
  return fuzz::parse([&] {
    const dicom::DicomFile parsed(file.path(), dicom::Extent::whole);
    if (depth_of(parsed.data_set()) > found.depth) std::abort();
  });
}
