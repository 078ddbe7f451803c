#include "dicom/images/pixel_frames.hpp"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "dicom/images/jpeg_2000.hpp"
#include "dicom/images/jpeg_stream.hpp"
#include "dicom/images/run_lengths.hpp"
#include "dicom/images/toolkit_codecs.hpp"

namespace glisson::dicom {
namespace {

using enum RejectionReason;

std::uint32_t fragment_length(DcmPixelSequence& fragments, unsigned long index) {
  DcmPixelItem* item = nullptr;
  return fragments.getItem(item, index).good() ? item->getLength() : 0;
}

std::span<const std::uint8_t> fragment_bytes(DcmPixelSequence& fragments, unsigned long index) {
  DcmPixelItem* item = nullptr;
  Uint8* bytes = nullptr;
  if (fragments.getItem(item, index).bad() || item->getUint8Array(bytes).bad() || bytes == nullptr) return {};
  return {bytes, item->getLength()};
}

/// The offsets of the frames (PS3.5 A.4), from the first byte after the table.
std::vector<std::uint32_t> offset_table(DcmPixelSequence& fragments) {
  const auto bytes = fragment_bytes(fragments, 0);
  std::vector<std::uint32_t> offsets;
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    offsets.push_back(bytes[at] | std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at + 2]} << 16 |
                      std::uint32_t{bytes[at + 3]} << 24);
  }
  return offsets;
}

/// First fragment of each frame by the offset table; empty where that does not fit the fragments.
std::vector<std::uint32_t> frames_by_offsets(DcmPixelSequence& fragments, std::size_t frames) {
  const std::vector<std::uint32_t> offsets = offset_table(fragments);
  if (offsets.size() != frames) return {};
  constexpr std::uint64_t item_header = 8;
  std::vector<std::uint32_t> first;
  std::uint64_t at = 0;
  for (unsigned long index = 1; index < fragments.card() && first.size() < frames; ++index) {
    if (offsets[first.size()] == at) first.push_back(static_cast<std::uint32_t>(index));
    at += item_header + fragment_length(fragments, index);
  }
  return first.size() == frames ? first : std::vector<std::uint32_t>{};
}

/// The pixel data and their fragments, with at least one after the offset table.
std::pair<DcmPixelData*, DcmPixelSequence*> encapsulated_pixels(const DicomFile& file) {
  const Attributes image = file.attributes();
  DcmElement* element = nullptr;
  if (file.data_set().findAndGetElement(DCM_PixelData, element).bad()) {
    image.reject(truncated_pixel_data, "there are no pixel data");
  }
  auto* const pixels = dynamic_cast<DcmPixelData*>(element);
  DcmPixelSequence* fragments = nullptr;
  const E_TransferSyntax encoding = DcmXfer(file.transfer_syntax_uid().c_str()).getXfer();
  if (pixels == nullptr || pixels->getEncapsulatedRepresentation(encoding, nullptr, fragments).bad() ||
      fragments == nullptr || fragments->card() < 2) {
    image.reject(corrupt_pixel_data, "the pixel data are not the fragments that the transfer syntax demands");
  }
  return {pixels, fragments};
}

}  // namespace

std::vector<std::span<const std::uint8_t>> compressed_fragments(const DicomFile& file) {
  DcmPixelSequence& fragments = *encapsulated_pixels(file).second;
  std::vector<std::span<const std::uint8_t>> all;
  for (unsigned long index = 1; index < fragments.card(); ++index) {
    all.push_back(fragment_bytes(fragments, index));
  }
  return all;
}

PixelFrames::PixelFrames(const DicomFile& file, const PixelLayout& layout, int frames)
    : file_(file), layout_(layout), syntax_(find_transfer_syntax(file.transfer_syntax_uid())) {
  const Attributes image = file.attributes();
  if (syntax_ == nullptr || syntax_->encoding == PixelEncoding::not_decoded) {
    image.reject(unsupported_transfer_syntax,
                 (syntax_ == nullptr ? std::string("an unknown transfer syntax")
                                     : "pixel data compressed by " + std::string(syntax_->name)) +
                     " cannot be decoded");
  }
  lossy_ = syntax_->lossy || image.text(DCM_LossyImageCompression) == "01";
  if (syntax_->encoding == PixelEncoding::native) {
    file.require_pixel_bytes(layout.frame_bytes() * static_cast<std::uint64_t>(frames));
  } else {
    find_fragments(frames);
  }
}

void PixelFrames::find_fragments(int frames) {
  const Attributes image = file_.attributes();
  std::tie(pixels_, fragments_) = encapsulated_pixels(file_);
  const auto count = static_cast<std::uint32_t>(fragments_->card() - 1);
  if (frames == 1) {
    first_of_frame_ = {1};
  } else if (count == static_cast<std::uint32_t>(frames)) {
    for (std::uint32_t fragment = 1; fragment <= count; ++fragment) first_of_frame_.push_back(fragment);
  } else if (count > static_cast<std::uint32_t>(frames)) {
    first_of_frame_ = frames_by_offsets(*fragments_, static_cast<std::size_t>(frames));
  }
  if (first_of_frame_.empty()) {
    image.reject(
        count < static_cast<std::uint32_t>(frames) ? truncated_pixel_data : corrupt_pixel_data,
        std::to_string(count) + " fragments cannot be told apart into " + std::to_string(frames) + " frames");
  }
  first_of_frame_.push_back(count + 1);
}

void PixelFrames::read(int frame, std::span<std::uint8_t> target) {
  switch (syntax_->encoding) {
    case PixelEncoding::native:
      file_.read_pixels(static_cast<std::uint64_t>(frame) * layout_.frame_bytes(), target);
      return;
    case PixelEncoding::encapsulated_native: {
      const std::vector<std::uint8_t> stream = stream_of(frame);
      if (stream.size() < target.size()) reject(truncated_pixel_data, frame, "is shorter than its pixels");
      std::copy_n(stream.begin(), target.size(), target.begin());
      return;
    }
    case PixelEncoding::rle:
      if (!decode_run_lengths(stream_of(frame), static_cast<std::size_t>(layout_.bits_allocated) / 8,
                              target)) {
        reject(corrupt_pixel_data, frame, "does not hold rows x columns pixels");
      }
      return;
    case PixelEncoding::jpeg:
    case PixelEncoding::jpeg_ls:
      read_jpeg(frame, target);
      return;
    case PixelEncoding::jpeg_2000:
      read_jpeg_2000(frame, target);
      return;
    case PixelEncoding::not_decoded:
      break;
  }
  throw std::logic_error("frames of a transfer syntax that is not decoded");
}

void PixelFrames::reject(RejectionReason reason, int frame, const std::string& what) const {
  file_.attributes().reject(reason, "frame " + std::to_string(frame + 1) + ", compressed by " +
                                        std::string(syntax_->name) + ", " + what);
}

std::vector<std::uint8_t> PixelFrames::stream_of(int frame) const {
  const auto place = static_cast<std::size_t>(frame);
  std::vector<std::uint8_t> stream;
  for (std::uint32_t index = first_of_frame_[place]; index < first_of_frame_[place + 1]; ++index) {
    const auto bytes = fragment_bytes(*fragments_, index);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
  }
  return stream;
}

void PixelFrames::read_jpeg(int frame, std::span<std::uint8_t> target) {
  const auto header = read_jpeg_header(stream_of(frame));
  if (!header) reject(corrupt_pixel_data, frame, "has no complete stream");
  const bool is_ls = syntax_->encoding == PixelEncoding::jpeg_ls;
  const bool marked = is_ls            ? header->frame_marker == 0xF7
                      : syntax_->lossy ? header->frame_marker == 0xC0 || header->frame_marker == 0xC1
                                       : header->frame_marker == 0xC3;
  if (!marked)
    reject(corrupt_pixel_data, frame, "was encoded by another process than its transfer syntax says");
  if (header->rows != layout_.rows || header->columns != layout_.columns || header->components != 1) {
    reject(corrupt_pixel_data, frame,
           "holds " + std::to_string(header->columns) + " x " + std::to_string(header->rows) + " pixels of " +
               std::to_string(header->components) + " samples instead of " + std::to_string(layout_.columns) +
               " x " + std::to_string(layout_.rows) + " of 1");
  }
  // A sample of fewer bits than stored has lost the sign that the highest of them holds.
  if (header->precision > layout_.bits_allocated ||
      (layout_.is_signed && header->precision < layout_.bits_stored) ||
      (is_ls && (header->precision > 8) != (layout_.bits_allocated == 16))) {
    reject(unsupported_pixel_format, frame,
           "has samples of " + std::to_string(header->precision) + " bits, which do not fit the " +
               std::to_string(layout_.bits_stored) + " bits stored");
  }
  lossy_ = lossy_ || !header->is_lossless();
  read_by_toolkit(frame, header->precision > 8 ? 2 : 1, target);
}

void PixelFrames::read_jpeg_2000(int frame, std::span<std::uint8_t> target) {
  if (layout_.high_bit != layout_.bits_stored - 1) {
    reject(unsupported_pixel_format, frame, "needs HighBit to be one less than BitsStored");
  }
  const Jpeg2000Frame described{layout_.rows, layout_.columns, layout_.bits_allocated, layout_.bits_stored,
                                layout_.is_signed};
  switch (decode_jpeg_2000(stream_of(frame), described, target)) {
    case Jpeg2000Outcome::lossless:
      return;
    case Jpeg2000Outcome::lossy:
      lossy_ = true;
      return;
    case Jpeg2000Outcome::unsupported:
      reject(unsupported_pixel_format, frame, "has samples of other bits or sign than the header says");
    case Jpeg2000Outcome::corrupt:
      reject(corrupt_pixel_data, frame, "has no whole codestream of the image's rows and columns");
  }
}

void PixelFrames::read_by_toolkit(int frame, std::size_t sample_bytes, std::span<std::uint8_t> target) {
  const std::size_t samples = target.size() / (static_cast<std::size_t>(layout_.bits_allocated) / 8);
  // DCMTK wants an even number of bytes.
  std::vector<std::uint8_t> decoded((samples * sample_bytes + 1) / 2 * 2);
  const std::uint32_t first = first_of_frame_[static_cast<std::size_t>(frame)];
  if (!decode_by_toolkit(file_.data_set(), *pixels_, static_cast<std::uint32_t>(frame), first, decoded)) {
    reject(corrupt_pixel_data, frame, "cannot be decoded");
  }
  if (samples * sample_bytes == target.size()) {
    std::copy_n(decoded.begin(), target.size(), target.begin());
    return;
  }
  // Samples of 8 bits or fewer in pixels of 16.
  for (std::size_t i = 0; i < samples; ++i) {
    target[2 * i] = decoded[i];
    target[2 * i + 1] = 0;
  }
}

}  // namespace glisson::dicom
