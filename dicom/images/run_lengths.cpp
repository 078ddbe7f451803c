#include "dicom/images/run_lengths.hpp"

namespace glisson::dicom {
namespace {

constexpr std::size_t header_size = 64;

std::uint32_t little_endian(std::span<const std::uint8_t> bytes, std::size_t at) {
  return bytes[at] | std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at + 2]} << 16 |
         std::uint32_t{bytes[at + 3]} << 24;
}

/// Writes every `stride`-th byte of the target from `first` on; true when the segment filled all of them.
bool decode_segment(std::span<const std::uint8_t> segment, std::span<std::uint8_t> target, std::size_t first,
                    std::size_t stride) {
  std::size_t to = first;
  std::size_t at = 0;
  while (to < target.size() && at < segment.size()) {
    const std::size_t code = segment[at++];
    if (code == 128) continue;  // Says nothing (G.3.2).
    const bool literal = code < 128;
    const std::size_t count = literal ? code + 1 : 257 - code;
    if (segment.size() - at < (literal ? count : 1) || (target.size() - 1 - to) / stride + 1 < count)
      return false;
    for (std::size_t i = 0; i < count; ++i, to += stride) target[to] = segment[literal ? at + i : at];
    at += literal ? count : 1;
  }
  return to >= target.size();
}

}  // namespace

bool decode_run_lengths(std::span<const std::uint8_t> frame, std::size_t sample_bytes,
                        std::span<std::uint8_t> target) {
  if (frame.size() < header_size || little_endian(frame, 0) != sample_bytes) return false;
  for (std::size_t segment = 0; segment < sample_bytes; ++segment) {
    const std::size_t begin = little_endian(frame, 4 * (segment + 1));
    const std::size_t end =
        segment + 1 < sample_bytes ? little_endian(frame, 4 * (segment + 2)) : frame.size();
    if (begin < header_size || end < begin || end > frame.size()) return false;
    const std::size_t byte = sample_bytes - 1 - segment;
    if (!decode_segment(frame.subspan(begin, end - begin), target, byte, sample_bytes)) return false;
  }
  return true;
}

}  // namespace glisson::dicom
