#include "dicom/data_set_digest.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

/// Preamble (128), "DICM" (4) and the element (0002,0000) UL, whose value counts the bytes that follow it.
constexpr std::size_t prefix_size = 144;
constexpr std::array<unsigned char, 8> group_length_element{0x02, 0x00, 0x00, 0x00, 'U', 'L', 0x04, 0x00};

}  // namespace

DataSetDigest data_set_digest(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw TransientError("cannot open a file of the instance store");
  std::array<unsigned char, prefix_size> prefix{};
  stream.read(reinterpret_cast<char*>(prefix.data()), prefix.size());
  if (!stream || std::memcmp(prefix.data() + 128, "DICM", 4) != 0 ||
      std::memcmp(prefix.data() + 132, group_length_element.data(), group_length_element.size()) != 0) {
    throw RejectedInput(RejectionReason::not_dicom, "the file has no DICOM file meta information");
  }
  const std::uint32_t meta_length = prefix[140] | (std::uint32_t{prefix[141]} << 8) |
                                    (std::uint32_t{prefix[142]} << 16) | (std::uint32_t{prefix[143]} << 24);
  stream.seekg(meta_length, std::ios::cur);

  DataSetDigest result;
  Sha256Stream digest;
  std::vector<char> buffer(std::size_t{1} << 16);
  while (stream) {
    stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(stream.gcount());
    digest.update(std::as_bytes(std::span(buffer.data(), count)));
    result.bytes += count;
  }
  if (stream.bad()) throw TransientError("cannot read a file of the instance store");
  result.digest = digest.finish();
  return result;
}

}  // namespace glisson::dicom
