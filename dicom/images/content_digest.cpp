#include "dicom/images/content_digest.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

#include "dicom/dicom_file.hpp"
#include "dicom/images/pixel_frames.hpp"
#include "engine/digest.hpp"

namespace glisson::dicom {
namespace {

/// Feeds named values to a digest, so that equal content gives equal bytes however it was encoded.
class ContentDigest {
 public:
  void add(std::string_view name, double value) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "=%.17g\n", value);
    update(name);
    update({text.data(), static_cast<std::size_t>(length)});
  }

  /// Adds every value of each numeric attribute that is there.
  void add_numbers(const Attributes& item, std::initializer_list<DcmTagKey> tags) {
    for (const DcmTagKey& tag : tags) {
      for (const double value : item.numbers(tag)) add(Attributes::name(tag), value);
    }
  }

  void update(std::string_view bytes) { stream_.update(std::as_bytes(std::span(bytes))); }
  void update(std::span<const std::uint8_t> bytes) { stream_.update(std::as_bytes(bytes)); }
  std::string finish() { return to_hex(stream_.finish()); }

 private:
  Sha256Stream stream_;
};

// Where a frame lies and what it shows (PS3.3 C.7.6.16.2 and C.8.20.3).
void add_functional_groups(const Attributes& group, ContentDigest& digest) {
  digest.update(std::string_view("frame\n"));
  const auto add = [&](const DcmTagKey& sequence, std::initializer_list<DcmTagKey> tags) {
    for (const Attributes& item : group.items(sequence)) digest.add_numbers(item, tags);
  };
  add(DCM_PlanePositionSequence, {DCM_ImagePositionPatient});
  add(DCM_PlaneOrientationSequence, {DCM_ImageOrientationPatient});
  add(DCM_PixelMeasuresSequence, {DCM_PixelSpacing});
  add(DCM_PixelValueTransformationSequence, {DCM_RescaleSlope, DCM_RescaleIntercept});
  add(DCM_SegmentIdentificationSequence, {DCM_ReferencedSegmentNumber});
}

std::uint64_t pixel_byte_count(const Attributes& image) {
  constexpr int most = std::numeric_limits<std::uint16_t>::max();
  const auto rows = static_cast<std::uint64_t>(image.required_integer(DCM_Rows, 1, most));
  const auto columns = static_cast<std::uint64_t>(image.required_integer(DCM_Columns, 1, most));
  const auto bits = static_cast<std::uint64_t>(image.required_integer(DCM_BitsAllocated, 1, 64));
  const auto samples = image.has(DCM_SamplesPerPixel)
                           ? static_cast<std::uint64_t>(image.required_integer(DCM_SamplesPerPixel, 1, 4))
                           : 1;
  const auto frames = image.has(DCM_NumberOfFrames)
                          ? static_cast<std::uint64_t>(image.required_integer(
                                DCM_NumberOfFrames, 1, std::numeric_limits<int>::max()))
                          : 1;
  // Rows x columns x frames stays below 2^63; anything near it is longer than pixel data can be (2^32).
  const std::uint64_t pixels = rows * columns * frames;
  if (pixels > std::numeric_limits<std::uint32_t>::max() * std::uint64_t{8}) {
    image.reject(RejectionReason::truncated_pixel_data,
                 "rows x columns x frames exceed what pixel data can hold");
  }
  return (pixels * samples * bits + 7) / 8;
}

void add_native_pixels(const DicomFile& file, ContentDigest& digest) {
  const std::uint64_t size = pixel_byte_count(file.attributes());
  file.require_pixel_bytes(size);
  digest.add("PixelData", static_cast<double>(size));
  std::vector<std::uint8_t> piece(std::min<std::uint64_t>(size, 1 << 20));
  for (std::uint64_t offset = 0; offset < size; offset += piece.size()) {
    const auto part = std::span(piece).first(std::min<std::uint64_t>(piece.size(), size - offset));
    file.read_pixels(offset, part);
    digest.update(part);
  }
}

/// The layout of pixels that PixelFrames reads; none of colour and of other widths.
std::optional<PixelLayout> decodable_layout(const Attributes& image) {
  const int allocated = image.required_integer(DCM_BitsAllocated, 1, 64);
  if (image.number(DCM_SamplesPerPixel).value_or(1) != 1 || (allocated != 8 && allocated != 16)) {
    return std::nullopt;
  }
  constexpr int most = std::numeric_limits<std::uint16_t>::max();
  PixelLayout layout;
  layout.rows = image.required_integer(DCM_Rows, 1, most);
  layout.columns = image.required_integer(DCM_Columns, 1, most);
  layout.bits_allocated = allocated;
  layout.bits_stored = image.required_integer(DCM_BitsStored, 1, allocated);
  layout.high_bit = image.required_integer(DCM_HighBit, layout.bits_stored - 1, allocated - 1);
  layout.is_signed = image.required_integer(DCM_PixelRepresentation, 0, 1) == 1;
  return layout;
}

/// Bits outside of Bits Stored differ between encoders of one image.
void add_stored_bits(const DicomFile& file, const PixelLayout& layout, ContentDigest& digest) {
  const Attributes image = file.attributes();
  const int count = image.has(DCM_NumberOfFrames)
                        ? image.required_integer(DCM_NumberOfFrames, 1, std::numeric_limits<int>::max())
                        : 1;
  PixelFrames frames(file, layout, count);
  const auto width = static_cast<std::size_t>(layout.bits_allocated) / 8;
  const auto shift = static_cast<unsigned>(layout.high_bit + 1 - layout.bits_stored);
  const unsigned mask = (1U << layout.bits_stored) - 1;
  std::vector<std::uint8_t> bytes(layout.frame_bytes());
  for (int frame = 0; frame < count; ++frame) {
    frames.read(frame, bytes);
    for (std::size_t i = 0; i < bytes.size(); i += width) {
      const unsigned raw = bytes[i] | (width == 2 ? static_cast<unsigned>(bytes[i + 1]) << 8 : 0U);
      const unsigned stored = (raw >> shift) & mask;
      bytes[i] = static_cast<std::uint8_t>(stored);
      if (width == 2) bytes[i + 1] = static_cast<std::uint8_t>(stored >> 8);
    }
    digest.update(std::span<const std::uint8_t>(bytes));
  }
}

void add_fragments(const DicomFile& file, ContentDigest& digest) {
  digest.update(file.transfer_syntax_uid());
  for (const auto fragment : compressed_fragments(file)) digest.update(fragment);
}

void add_pixels(const DicomFile& file, ContentDigest& digest) {
  const TransferSyntax* const syntax = find_transfer_syntax(file.transfer_syntax_uid());
  const auto layout = decodable_layout(file.attributes());
  const bool is_native = syntax != nullptr && syntax->encoding == PixelEncoding::native;
  const bool is_decoded = syntax != nullptr && syntax->encoding != PixelEncoding::not_decoded;
  if (is_decoded && layout) {
    add_stored_bits(file, *layout, digest);
  } else if (is_native) {
    add_native_pixels(file, digest);
  } else {
    add_fragments(file, digest);
  }
}

}  // namespace

std::string image_content_digest(const std::filesystem::path& file) {
  const DicomFile dicom(file, Extent::whole);
  const Attributes data_set = dicom.attributes();
  if (!data_set.has(DCM_PixelData) && !data_set.has(DCM_Rows)) return ContentDigest().finish();
  if (!data_set.has(DCM_PixelData)) {
    data_set.reject(RejectionReason::missing_attribute, "there are no pixel data");
  }
  ContentDigest digest;
  digest.add_numbers(data_set, {DCM_Rows, DCM_Columns, DCM_SamplesPerPixel, DCM_NumberOfFrames,
                                DCM_BitsAllocated, DCM_BitsStored, DCM_HighBit, DCM_PixelRepresentation,
                                DCM_PixelSpacing, DCM_ImagePositionPatient, DCM_ImageOrientationPatient,
                                DCM_RescaleSlope, DCM_RescaleIntercept});
  for (const Attributes& segment : data_set.items(DCM_SegmentSequence)) {
    digest.add_numbers(segment, {DCM_SegmentNumber});
  }
  for (const DcmTagKey& groups : {DCM_SharedFunctionalGroupsSequence, DCM_PerFrameFunctionalGroupsSequence}) {
    for (const Attributes& group : data_set.items(groups)) add_functional_groups(group, digest);
  }
  add_pixels(dicom, digest);
  return digest.finish();
}

}  // namespace glisson::dicom
