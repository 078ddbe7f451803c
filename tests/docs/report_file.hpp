#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <memory>
#include <string>

namespace glisson::tests {

/// @throws std::runtime_error for bytes that are no Part 10 file.
std::unique_ptr<DcmFileFormat> parsed(const std::string& part10);

/// All values of an attribute; empty where it is absent.
std::string text(DcmItem& item, const DcmTagKey& tag);

}  // namespace glisson::tests
