#include "dicom/images/jpeg_stream.hpp"

namespace glisson::dicom {
namespace {

constexpr std::uint8_t start_of_scan = 0xDA;
constexpr std::uint8_t start_of_frame_ls = 0xF7;

int big_endian(std::span<const std::uint8_t> bytes) { return bytes[0] << 8 | bytes[1]; }

/// SOF0 to SOF15 without DHT, JPG and DAC, and that of JPEG-LS.
bool is_frame_header(std::uint8_t marker) {
  const bool among = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  return among || marker == start_of_frame_ls;
}

bool ends_with_end_of_image(std::span<const std::uint8_t> stream) {
  std::size_t end = stream.size();
  while (end > 0 && stream[end - 1] == 0) --end;
  return end >= 4 && stream[end - 2] == 0xFF && stream[end - 1] == 0xD9;
}

}  // namespace

std::optional<JpegHeader> read_jpeg_header(std::span<const std::uint8_t> stream) {
  if (stream.size() < 4 || stream[0] != 0xFF || stream[1] != 0xD8) return std::nullopt;
  if (!ends_with_end_of_image(stream)) return std::nullopt;
  JpegHeader header;
  std::size_t at = 2;
  while (at + 4 <= stream.size()) {
    if (stream[at] != 0xFF) return std::nullopt;
    const std::uint8_t marker = stream[at + 1];
    if (marker == 0xFF) {  // A fill byte (B.1.1.2).
      ++at;
      continue;
    }
    const auto length = static_cast<std::size_t>(big_endian(stream.subspan(at + 2)));
    if (length < 2 || at + 2 + length > stream.size()) return std::nullopt;
    const auto segment = stream.subspan(at + 4, length - 2);
    if (is_frame_header(marker)) {
      if (segment.size() < 6 || header.frame_marker != 0) return std::nullopt;
      header.frame_marker = marker;
      header.precision = segment[0];
      header.rows = big_endian(segment.subspan(1));
      header.columns = big_endian(segment.subspan(3));
      header.components = segment[5];
    } else if (marker == start_of_scan) {
      if (header.frame_marker == 0) return std::nullopt;
      // Number of components, two bytes for each, then NEAR.
      const std::size_t near_at = segment.empty() ? 0 : 1 + std::size_t{2} * segment[0];
      if (header.frame_marker == start_of_frame_ls) {
        if (near_at == 0 || near_at >= segment.size()) return std::nullopt;
        header.near = segment[near_at];
      }
      return header;
    }
    at += 2 + length;
  }
  return std::nullopt;
}

}  // namespace glisson::dicom
