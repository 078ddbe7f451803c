#include "dicom/identity.hpp"

#include <algorithm>
#include <array>

#include "engine/digest.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

bool is_valid_uid(std::string_view text) noexcept {
  if (text.empty() || text.size() > 64) return false;
  std::size_t start = 0;
  while (start <= text.size()) {
    const auto end = std::min(text.find('.', start), text.size());
    const auto component = text.substr(start, end - start);
    if (component.empty() || !std::all_of(component.begin(), component.end(), is_digit)) return false;
    if (component.size() > 1 && component.front() == '0') return false;
    start = end + 1;
  }
  return true;
}

template <typename Kind>
Uid<Kind>::Uid(std::string_view text) : value_(text) {
  // The text itself stays out of the message: a malformed UID may hold anything.
  if (!is_valid_uid(text))
    throw RejectedInput(RejectionReason::invalid_uid, "a UID is not formed by PS3.5 9.1");
}

template class Uid<StudyInstanceUidKind>;
template class Uid<SeriesInstanceUidKind>;
template class Uid<SopInstanceUidKind>;
template class Uid<SopClassUidKind>;
template class Uid<TransferSyntaxUidKind>;
template class Uid<FrameOfReferenceUidKind>;

std::string derive_uid(std::string_view name) {
  auto bytes = sha256(name);
  // RFC 4122 version 8 layout of the first 128 bits, then the decimal form of PS3.5 B.2.
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x80);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  __extension__ using Number = unsigned __int128;
  Number number = 0;
  for (std::size_t i = 0; i < 16; ++i) number = (number << 8) | bytes[i];
  std::string digits;
  for (; number != 0; number /= 10) digits.push_back(static_cast<char>('0' + static_cast<int>(number % 10)));
  std::reverse(digits.begin(), digits.end());
  return "2.25." + digits;
}

AeTitle::AeTitle(std::string_view text) : value_(trimmed(text)) {
  const bool legal =
      std::all_of(value_.begin(), value_.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
  if (value_.empty() || value_.size() > 16 || !legal) {
    throw RejectedInput(RejectionReason::invalid_argument,
                        "an AE title has 1 to 16 printable ASCII characters and no backslash");
  }
}

bool InstanceHeader::is_segmentation() const { return is_segmentation_sop_class(sop_class_uid); }

bool is_segmentation_sop_class(const SopClassUid& sop_class) {
  return sop_class.value() == "1.2.840.10008.5.1.4.1.1.66.4" || is_label_map_sop_class(sop_class);
}

bool is_label_map_sop_class(const SopClassUid& sop_class) {
  return sop_class.value() == "1.2.840.10008.5.1.4.1.1.66.7";
}

bool is_volume_sop_class(const SopClassUid& sop_class) {
  static constexpr std::array<std::string_view, 3> classes{
      "1.2.840.10008.5.1.4.1.1.2",    // CT Image Storage
      "1.2.840.10008.5.1.4.1.1.4",    // MR Image Storage
      "1.2.840.10008.5.1.4.1.1.128",  // Positron Emission Tomography Image Storage
  };
  return std::find(classes.begin(), classes.end(), sop_class.value()) != classes.end();
}

bool is_multi_frame_sop_class(const SopClassUid& sop_class) {
  static constexpr std::array<std::string_view, 7> classes{
      "1.2.840.10008.5.1.4.1.1.2.1",    // Enhanced CT Image Storage
      "1.2.840.10008.5.1.4.1.1.2.2",    // Legacy Converted Enhanced CT Image Storage
      "1.2.840.10008.5.1.4.1.1.4.1",    // Enhanced MR Image Storage
      "1.2.840.10008.5.1.4.1.1.4.3",    // Enhanced MR Color Image Storage
      "1.2.840.10008.5.1.4.1.1.4.4",    // Legacy Converted Enhanced MR Image Storage
      "1.2.840.10008.5.1.4.1.1.130",    // Enhanced PET Image Storage
      "1.2.840.10008.5.1.4.1.1.128.1",  // Legacy Converted Enhanced PET Image Storage
  };
  return std::find(classes.begin(), classes.end(), sop_class.value()) != classes.end();
}

}  // namespace glisson::dicom
