#pragma once

// Internal to this room, as dicom/dicom_file.hpp.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dicom/dicom_file.hpp"
#include "dicom/transfer_syntax.hpp"

namespace glisson::dicom {

/// How the samples of a frame are stored (PS3.3 C.7.6.3), one for each pixel.
struct PixelLayout {
  int rows = 0;
  int columns = 0;
  int bits_allocated = 16;  ///< 8 or 16.
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = false;

  std::uint64_t frame_bytes() const {
    return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns) *
           static_cast<std::uint64_t>(bits_allocated / 8);
  }
};

/// The frames of one file's pixel data, uncompressed or compressed, decoded one at a time. What a compressed
/// stream says of itself is held against the header before anything is allocated or decoded.
class PixelFrames {
 public:
  /// Checks that all frames are there: by their length, or by their fragments where compressed.
  /// @param file of Extent::image or whole; must outlive this.
  /// @throws RejectedInput unsupported_transfer_syntax, truncated_pixel_data, corrupt_pixel_data.
  PixelFrames(const DicomFile& file, const PixelLayout& layout, int frames);

  /// Reads a frame, from 0, as little-endian samples of bits_allocated.
  /// @param target layout.frame_bytes() bytes.
  /// @throws RejectedInput corrupt_pixel_data, unsupported_pixel_format, truncated_pixel_data.
  void read(int frame, std::span<std::uint8_t> target);

  /// True where the transfer syntax, Lossy Image Compression (0028,2110) or a stream read so far says that
  /// information was lost.
  bool is_lossy() const { return lossy_; }

 private:
  [[noreturn]] void reject(RejectionReason reason, int frame, const std::string& what) const;
  std::vector<std::uint8_t> stream_of(int frame) const;
  void read_jpeg(int frame, std::span<std::uint8_t> target);
  void read_jpeg_2000(int frame, std::span<std::uint8_t> target);
  void read_by_toolkit(int frame, std::size_t sample_bytes, std::span<std::uint8_t> target);
  void find_fragments(int frames);

  const DicomFile& file_;
  PixelLayout layout_;
  const TransferSyntax* syntax_;
  DcmPixelData* pixels_ = nullptr;             ///< Where encapsulated.
  DcmPixelSequence* fragments_ = nullptr;      ///< Item 0 is the Basic Offset Table.
  std::vector<std::uint32_t> first_of_frame_;  ///< First fragment of each frame, and one beyond the last.
  bool lossy_ = false;
};

/// The fragments of compressed pixel data as they are, without the Basic Offset Table; they lie in `file`.
/// @throws RejectedInput truncated_pixel_data, corrupt_pixel_data.
std::vector<std::span<const std::uint8_t>> compressed_fragments(const DicomFile& file);

}  // namespace glisson::dicom
