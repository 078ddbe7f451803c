#pragma once

// Internal to this room, as dicom/dicom_file.hpp.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "engine/coded_concept.hpp"

namespace glisson::dicom {

/// Fills a data set or an item of a sequence. A value that DCMTK does not take is a bug of ours:
/// std::logic_error with the attribute's keyword.
class DataSetWriter {
 public:
  explicit DataSetWriter(DcmItem& item) : item_(&item) {}

  /// Text of any VR that holds text; values of multi-valued attributes are separated by backslashes.
  DataSetWriter& put(const DcmTagKey& tag, const std::string& text);
  DataSetWriter& put(const DcmTagKey& tag, std::uint16_t value);
  DataSetWriter& put_longs(const DcmTagKey& tag, std::span<const std::uint32_t> values);  ///< VR UL.
  /// Decimal strings (VR DS) of at most 16 characters each.
  DataSetWriter& put_decimals(const DcmTagKey& tag, std::span<const double> values);
  /// A tag as a value (VR AT).
  DataSetWriter& put_tag(const DcmTagKey& tag, const DcmTagKey& value);
  DataSetWriter& put_words(const DcmTagKey& tag, std::span<const std::uint16_t> words);  ///< VR OW.
  DataSetWriter& put_bytes(const DcmTagKey& tag, std::span<const std::uint8_t> bytes);   ///< VR OB.
  /// A code sequence with one item (PS3.3 8.8).
  DataSetWriter& put_code(const DcmTagKey& sequence, const engine::CodedConcept& code);

  /// Appends an item to a sequence, which is made where absent.
  DataSetWriter add_item(const DcmTagKey& sequence);

 private:
  DcmItem* item_;
};

/// Writes a Part 10 file, explicit VR little endian.
/// @throws TransientError when the file cannot be written.
void write_file(DcmFileFormat& object, const std::filesystem::path& file);

}  // namespace glisson::dicom
