#include "dicom/network/transcode.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcwcache.h>

#include "engine/errors.hpp"

namespace glisson::dicom {

std::vector<std::byte> transcoded_data_set(std::span<const std::byte> part10,
                                           const TransferSyntaxUid& target) {
  DcmInputBufferStream input;
  input.setBuffer(part10.data(), static_cast<offile_off_t>(part10.size()));
  input.setEos();
  DcmFileFormat file;
  file.transferInit();
  if (file.read(input).bad()) {
    throw RejectedInput(RejectionReason::truncated_data_set, "the object to send cannot be parsed");
  }
  file.transferEnd();

  DcmDataset& data_set = *file.getDataset();
  const E_TransferSyntax syntax = DcmXfer(target.value().c_str()).getXfer();
  // Writing may need room for an element's header even where nothing is left to write.
  constexpr std::size_t slack = 1024;
  std::vector<std::byte> bytes(data_set.calcElementLength(syntax, EET_UndefinedLength) + slack);
  DcmOutputBufferStream output(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  DcmWriteCache cache;
  data_set.transferInit();
  if (data_set.write(output, syntax, EET_UndefinedLength, &cache, EGL_withoutGL, EPD_withoutPadding).bad()) {
    throw RejectedInput(RejectionReason::unsupported_transfer_syntax,
                        "the object to send cannot be converted to the peer's transfer syntax");
  }
  data_set.transferEnd();
  bytes.resize(static_cast<std::size_t>(output.tell()));
  return bytes;
}

}  // namespace glisson::dicom
