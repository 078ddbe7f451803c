#include "tests/support/dcmtk_nesting.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>

namespace glisson::tests {

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

}  // namespace glisson::tests
