#pragma once

// Internal to this room: the only header that shows DCMTK's types. The rooms outside never include it.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "dicom/nesting.hpp"
#include "engine/coded_concept.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {

/// Turns DCMTK's own log off: its warnings quote attribute values, which may be patient data.
void silence_toolkit();

/// Any bytes as valid UTF-8 without control characters: unchanged where they are UTF-8 already, else read as
/// Latin-1 (what senders mean that declare no character set).
std::string valid_utf8(std::string_view bytes);

/// The attributes of a data set or of one item of a sequence, read only, in our types. Errors name the file
/// and the attribute, never the value. A view: the DicomFile must outlive it.
class Attributes {
 public:
  Attributes(DcmItem& item, const std::string& character_set, const std::string& source)
      : item_(&item), character_set_(&character_set), source_(&source) {}

  bool has(const DcmTagKey& tag) const;  ///< Present with a value.

  /// First value as UTF-8 without padding; empty where absent.
  /// @throws RejectedInput invalid_attribute beyond 64 KiB, here and wherever text or numbers are read.
  std::string text(const DcmTagKey& tag) const;
  /// @throws RejectedInput missing_attribute.
  std::string required_text(const DcmTagKey& tag) const;

  /// First value of a DS, IS, FD or US attribute; none where absent.
  /// @throws RejectedInput invalid_attribute when it is no finite number.
  std::optional<double> number(const DcmTagKey& tag) const;
  double required_number(const DcmTagKey& tag) const;
  /// Every value; none where absent.
  std::vector<double> numbers(const DcmTagKey& tag) const;
  /// @throws RejectedInput missing_attribute, invalid_attribute unless there are `count` finite numbers.
  std::vector<double> required_numbers(const DcmTagKey& tag, std::size_t count) const;
  /// @throws RejectedInput missing_attribute, invalid_attribute unless lowest <= value <= highest.
  int required_integer(const DcmTagKey& tag, int lowest, int highest) const;

  /// @throws RejectedInput invalid_uid when present and malformed.
  template <typename UidType>
  UidType uid(const DcmTagKey& tag) const {
    const std::string value = raw_text(tag);
    return value.empty() ? UidType() : UidType(value);
  }
  /// @throws RejectedInput missing_attribute, invalid_uid.
  template <typename UidType>
  UidType required_uid(const DcmTagKey& tag) const {
    if (raw_text(tag).empty()) reject(RejectionReason::missing_attribute, name(tag) + " is absent or empty");
    return uid<UidType>(tag);
  }

  /// First value of an attribute whose VR is US or SS as Pixel Representation says, by that, whatever VR the
  /// sender wrote; none where absent.
  std::optional<int> stored_value(const DcmTagKey& tag, bool is_signed) const;

  /// Code Value, Coding Scheme Designator and Code Meaning of the sequence's first item; empty where absent.
  engine::CodedConcept code(const DcmTagKey& sequence) const;

  std::size_t item_count(const DcmTagKey& sequence) const;  ///< 0 where absent.
  Attributes item(const DcmTagKey& sequence, std::size_t index) const;
  std::vector<Attributes> items(const DcmTagKey& sequence) const;
  std::optional<Attributes> first_item(const DcmTagKey& sequence) const;

  /// Throws RejectedInput with "<file name>: <detail>".
  [[noreturn]] void reject(RejectionReason reason, const std::string& detail) const;
  /// The attribute's keyword, e.g. "PixelSpacing".
  static std::string name(const DcmTagKey& tag);

 private:
  std::string raw_text(const DcmTagKey& tag) const;
  double number_at(const DcmTagKey& tag, unsigned long position) const;

  DcmItem* item_;
  const std::string* character_set_;
  const std::string* source_;
};

/// How much of a file is parsed.
enum class Extent {
  header,  ///< Up to the pixel data, which are not looked at.
  image,   ///< Up to the pixel data, which are read from the file when they are asked for.
  whole,   ///< Everything; pixel data stay in the file until they are asked for.
};

/// A DICOM Part 10 file, open for reading.
class DicomFile {
 public:
  /// @throws RejectedInput not_dicom, truncated_data_set, too_deeply_nested, too_many_elements,
  ///         inconsistent_lengths, truncated_pixel_data (not for Extent::header), unsupported_transfer_syntax
  ///         for deflated data sets (a few bytes may inflate to gigabytes).
  /// @throws TransientError when the file cannot be opened.
  DicomFile(const std::filesystem::path& file, Extent extent);
  DicomFile(const DicomFile&) = delete;  // Attributes point into it.
  DicomFile& operator=(const DicomFile&) = delete;

  Attributes attributes() const;
  DcmDataset& data_set() const { return *file_->getDataset(); }
  const std::string& name() const { return name_; }  ///< The file's, without folders.
  const std::string& transfer_syntax_uid() const { return transfer_syntax_uid_; }

  /// @throws RejectedInput unsupported_transfer_syntax when the pixel data are compressed.
  void require_uncompressed() const;

  /// Checks that the pixel data hold at least `bytes`, before anyone allocates memory for them.
  /// @throws RejectedInput unsupported_transfer_syntax, truncated_pixel_data.
  void require_pixel_bytes(std::uint64_t bytes) const;
  /// Reads pixel data from byte `offset` on, in little-endian order.
  void read_pixels(std::uint64_t offset, std::span<std::uint8_t> target) const;

 private:
  void load(Extent extent);
  bool load_head(Extent extent);
  [[noreturn]] void refuse_cut_pixels() const;

  std::filesystem::path path_;
  std::string name_;
  std::string transfer_syntax_uid_;
  std::string character_set_;
  std::unique_ptr<DcmFileFormat> file_;
  std::optional<PixelDataPlace> pixel_data_;  ///< Where file_ ends before them.
};

}  // namespace glisson::dicom
