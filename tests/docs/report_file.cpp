#include "tests/docs/report_file.hpp"

#include <dcmtk/dcmdata/dcistrmb.h>

#include <stdexcept>

namespace glisson::tests {

std::unique_ptr<DcmFileFormat> parsed(const std::string& part10) {
  auto file = std::make_unique<DcmFileFormat>();
  DcmInputBufferStream stream;
  stream.setBuffer(part10.data(), static_cast<offile_off_t>(part10.size()));
  stream.setEos();
  file->transferInit();
  if (file->read(stream).bad()) throw std::runtime_error("the example cannot be parsed");
  file->transferEnd();
  return file;
}

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  return {value.data(), value.size()};
}

}  // namespace glisson::tests
