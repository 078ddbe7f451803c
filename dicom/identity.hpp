#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::dicom {

/// True for a UID as PS3.5 9.1 forms it: 1 to 64 characters, components of digits separated by dots, no
/// component with a leading zero unless it is "0".
bool is_valid_uid(std::string_view text) noexcept;

/// A UID that is valid once constructed; Kind keeps a study's UID from being passed for a series'.
template <typename Kind>
class Uid {
 public:
  Uid() = default;  ///< Empty: absent.
  /// @throws RejectedInput invalid_uid.
  explicit Uid(std::string_view text);
  const std::string& value() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }
  auto operator<=>(const Uid&) const = default;

 private:
  std::string value_;
};

using StudyInstanceUid = Uid<struct StudyInstanceUidKind>;
using SeriesInstanceUid = Uid<struct SeriesInstanceUidKind>;
using SopInstanceUid = Uid<struct SopInstanceUidKind>;
using SopClassUid = Uid<struct SopClassUidKind>;
using TransferSyntaxUid = Uid<struct TransferSyntaxUidKind>;
using FrameOfReferenceUid = Uid<struct FrameOfReferenceUidKind>;

/// A name-based UID under the root "2.25." (PS3.5 B.2): the same text always gives the same UID.
/// @param name what the UID identifies; anything that must make a difference is part of it.
std::string derive_uid(std::string_view name);

/// An application entity title: 1 to 16 characters without backslash or control characters, leading and
/// trailing spaces removed, compared case-sensitively (PS3.5 6.2 AE).
class AeTitle {
 public:
  AeTitle() = default;  ///< Empty: absent.
  /// @throws RejectedInput invalid_argument.
  explicit AeTitle(std::string_view text);
  const std::string& value() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }
  auto operator<=>(const AeTitle&) const = default;

 private:
  std::string value_;
};

/// What the index needs to know of an instance: its header, never its pixels. Texts are UTF-8; absent
/// attributes are empty.
struct InstanceHeader {
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  SeriesInstanceUid series_instance_uid;
  StudyInstanceUid study_instance_uid;
  TransferSyntaxUid transfer_syntax_uid;
  FrameOfReferenceUid frame_of_reference_uid;
  std::string modality;
  std::string patient_id;
  std::string issuer_of_patient_id;
  std::string accession_number;
  std::string study_date;  ///< DA as sent, e.g. "20260131".
  std::string study_description;
  std::string series_description;
  std::string series_number;
  std::string instance_number;
  std::string manufacturer;
  bool written_by_glisson = false;  ///< Its UID or its Contributing Equipment says that Glisson made it.
  /// For a segmentation: every image it refers to (Referenced Series Sequence and the frames' Derivation
  /// Image Sequences), sorted, each once.
  std::vector<SopInstanceUid> referenced_images;

  bool is_segmentation() const;  ///< SOP class Segmentation or Label Map Segmentation Storage.
};

/// True for Segmentation Storage and Label Map Segmentation Storage.
bool is_segmentation_sop_class(const SopClassUid& sop_class);
bool is_label_map_sop_class(const SopClassUid& sop_class);

/// True for SOP classes that can become a Volume: classic CT, MR and PET image storage.
bool is_volume_sop_class(const SopClassUid& sop_class);

/// True for the multi-frame (enhanced) CT, MR and PET image storage classes, which are not read.
bool is_multi_frame_sop_class(const SopClassUid& sop_class);

}  // namespace glisson::dicom
