#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "dicom/identity.hpp"
#include "dicom/network/association.hpp"
#include "engine/digest.hpp"

namespace glisson::dicom {

/// What tells receivers that Glisson wrote a file or speaks (PS3.7 D.3.3.2).
inline constexpr std::string_view implementation_class_uid = "2.25.100880446122135208668134897607087223636";
inline constexpr std::string_view implementation_version_name = "GLISSON_0_1";

/// The file meta information of a Part 10 file (PS3.10 7.1).
struct FileMeta {
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  TransferSyntaxUid transfer_syntax_uid;
  AeTitle source;  ///< Source Application Entity Title; may be empty.
};

/// Preamble, prefix and file meta information in explicit VR little endian: all that precedes the data set.
std::string encode_file_header(const FileMeta& meta);

/// A Part 10 file taken apart, without a look into its data set.
struct Part10 {
  FileMeta meta;
  std::span<const std::byte> data_set;
};

/// @throws RejectedInput not_dicom, missing_attribute, invalid_uid.
Part10 split_part10(std::span<const std::byte> file);

/// Writes a Part 10 file to a descriptor as its data set arrives: checked, counted, capped, and digested on
/// the way. After the first failure everything is dropped; failure() says why.
class ReceivedFile {
 public:
  /// @param descriptor stays the caller's; a negative one makes everything be dropped.
  /// @param largest bytes of data set that are written.
  ReceivedFile(int descriptor, const FileMeta& meta, std::uint64_t largest);

  void append(std::span<const std::byte> bytes);
  std::uint64_t bytes() const noexcept { return bytes_; }  ///< Of the data set so far, dropped ones included.
  const std::optional<StoreOutcome>& failure() const noexcept { return failure_; }
  ReceivedDataSet finish();

 private:
  void write(std::span<const std::byte> bytes);

  int descriptor_;
  std::uint64_t largest_;
  std::uint64_t bytes_ = 0;
  Sha256Stream digest_;
  std::optional<StoreOutcome> failure_;
};

}  // namespace glisson::dicom
