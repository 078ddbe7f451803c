#include "dicom/network/part10.hpp"

#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "dicom/network/store_refusal.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t preamble_length = 128;
constexpr auto prefix = "DICM"sv;

std::string little_endian(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

bool has_long_length(std::string_view vr) { return vr == "OB" || vr == "UN"; }

/// One element of group 0002 in explicit VR little endian, padded to even length.
std::string element(std::uint16_t number, std::string_view vr, std::string_view value) {
  std::string padded(value);
  if (padded.size() % 2 != 0) padded.push_back(vr == "UI" ? '\0' : ' ');
  std::string bytes = little_endian(0x0002, 2) + little_endian(number, 2) + std::string(vr);
  if (has_long_length(vr)) {
    bytes += little_endian(0, 2) + little_endian(padded.size(), 4);
  } else {
    bytes += little_endian(padded.size(), 2);
  }
  return bytes + padded;
}

std::uint32_t number_at(std::string_view bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

std::string_view without_padding(std::string_view value) {
  const auto last = value.find_last_not_of("\0 "sv);
  return last == std::string_view::npos ? std::string_view() : value.substr(0, last + 1);
}

[[noreturn]] void not_part10(const char* what) {
  throw RejectedInput(RejectionReason::not_dicom, std::string("no Part 10 file: ") + what);
}

template <typename UidType>
UidType required(std::string_view value, const char* name) {
  if (value.empty())
    throw RejectedInput(RejectionReason::missing_attribute, std::string(name) + " is absent");
  return UidType(value);
}

}  // namespace

std::string encode_file_header(const FileMeta& meta) {
  std::string elements = element(0x0001, "OB", "\x00\x01"sv);
  elements += element(0x0002, "UI", meta.sop_class_uid.value());
  elements += element(0x0003, "UI", meta.sop_instance_uid.value());
  elements += element(0x0010, "UI", meta.transfer_syntax_uid.value());
  elements += element(0x0012, "UI", implementation_class_uid);
  elements += element(0x0013, "SH", implementation_version_name);
  if (!meta.source.empty()) elements += element(0x0016, "AE", meta.source.value());
  return std::string(preamble_length, '\0') + std::string(prefix) +
         element(0x0000, "UL", little_endian(elements.size(), 4)) + elements;
}

Part10 split_part10(std::span<const std::byte> file) {
  std::string_view rest(reinterpret_cast<const char*>(file.data()), file.size());
  if (rest.substr(0, preamble_length + prefix.size()).substr(std::min(preamble_length, rest.size())) !=
      prefix) {
    not_part10("the prefix DICM is absent");
  }
  rest.remove_prefix(preamble_length + prefix.size());
  std::string_view sop_class;
  std::string_view sop_instance;
  std::string_view transfer_syntax;
  while (rest.size() >= 8 && number_at(rest, 0, 2) == 0x0002) {
    const auto number = number_at(rest, 2, 2);
    const bool long_length = has_long_length(rest.substr(4, 2));
    const std::size_t header = long_length ? 12 : 8;
    if (rest.size() < header) not_part10("its file meta information is cut off");
    const std::size_t length = long_length ? number_at(rest, 8, 4) : number_at(rest, 6, 2);
    if (length > rest.size() - header) not_part10("its file meta information is cut off");
    const auto value = without_padding(rest.substr(header, length));
    if (number == 0x0002) sop_class = value;
    if (number == 0x0003) sop_instance = value;
    if (number == 0x0010) transfer_syntax = value;
    rest.remove_prefix(header + length);
  }
  Part10 part10;
  part10.meta.sop_class_uid = required<SopClassUid>(sop_class, "Media Storage SOP Class UID");
  part10.meta.sop_instance_uid = required<SopInstanceUid>(sop_instance, "Media Storage SOP Instance UID");
  part10.meta.transfer_syntax_uid = required<TransferSyntaxUid>(transfer_syntax, "Transfer Syntax UID");
  part10.data_set = file.last(rest.size());
  return part10;
}

ReceivedFile::ReceivedFile(int descriptor, const FileMeta& meta, std::uint64_t largest)
    : descriptor_(descriptor), largest_(largest) {
  if (descriptor_ < 0) {
    failure_ = refused(StoreRefusal::write_failed, "no file to write to");
    return;
  }
  const std::string header = encode_file_header(meta);
  write(std::as_bytes(std::span(header)));
}

void ReceivedFile::append(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  if (!failure_ && bytes_ > largest_) failure_ = refused(StoreRefusal::data_set_too_large);
  if (failure_) return;
  write(bytes);
  digest_.update(bytes);
}

void ReceivedFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      failure_ = refused(StoreRefusal::write_failed, std::generic_category().message(errno));
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

ReceivedDataSet ReceivedFile::finish() { return {bytes_, digest_.finish()}; }

}  // namespace glisson::dicom
