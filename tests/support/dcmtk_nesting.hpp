#pragma once

class DcmItem;

namespace glisson::tests {

/// How deeply DCMTK nests the sequences of an item that it has parsed (PS3.5 7.5): 0 without any. A sequence
/// without items, which an implicit VR may promise and not hold, costs no recursion and counts for nothing;
/// pixel sequences neither. The oracle of the pre-scan.
int depth_of(DcmItem& item);

}  // namespace glisson::tests
