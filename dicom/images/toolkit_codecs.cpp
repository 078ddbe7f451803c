#include "dicom/images/toolkit_codecs.hpp"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/appender.h>
#include <dcmtk/oflog/oflog.h>
#include <dcmtk/oflog/spi/logevent.h>

#include <mutex>

namespace glisson::dicom {
namespace {

/// Warnings of the JPEG decoders in this thread.
thread_local int warnings = 0;

/// Counts messages and shows none.
class WarningCounter : public dcmtk::log4cplus::Appender {
 public:
  WarningCounter() = default;
  ~WarningCounter() override { destructorImpl(); }
  WarningCounter(const WarningCounter&) = delete;
  WarningCounter& operator=(const WarningCounter&) = delete;
  void close() override { closed = true; }

 protected:
  void append(const dcmtk::log4cplus::spi::InternalLoggingEvent&) override { ++warnings; }
};

/// Once in a process that decodes; the others never know of the codecs.
void register_codecs() {
  static std::once_flag once;
  std::call_once(once, [] {
    DJDecoderRegistration::registerCodecs(EDC_never, EUC_never);
    DJLSDecoderRegistration::registerCodecs(EJLSUC_never);
    silence_toolkit();
    auto jpeg = dcmtk::log4cplus::Logger::getInstance("dcmtk.dcmjpeg");
    jpeg.setAdditivity(false);
    jpeg.setLogLevel(dcmtk::log4cplus::WARN_LOG_LEVEL);
    jpeg.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new WarningCounter));
  });
}

}  // namespace

bool decode_by_toolkit(DcmDataset& data_set, DcmPixelData& pixels, std::uint32_t frame,
                       std::uint32_t fragment, std::span<std::uint8_t> target) {
  register_codecs();
  warnings = 0;
  OFString colour_model;
  Uint32 first_fragment = fragment;
  const OFCondition decoded = pixels.getUncompressedFrame(&data_set, frame, first_fragment, target.data(),
                                                          static_cast<Uint32>(target.size()), colour_model);
  return decoded.good() && warnings == 0;
}

}  // namespace glisson::dicom
