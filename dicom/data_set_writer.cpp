#include "dicom/data_set_writer.hpp"

#include <dcmtk/dcmdata/dcvrul.h>

#include <memory>
#include <stdexcept>

#include "dicom/report/decimal_string.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

void check(const OFCondition& condition, const DcmTagKey& tag) {
  if (condition.bad()) {
    throw std::logic_error(std::string(DcmTag(tag).getTagName()) + " cannot be set: " + condition.text());
  }
}

}  // namespace

DataSetWriter& DataSetWriter::put(const DcmTagKey& tag, const std::string& text) {
  check(item_->putAndInsertOFStringArray(tag, OFString(text.data(), text.size())), tag);
  return *this;
}

DataSetWriter& DataSetWriter::put(const DcmTagKey& tag, std::uint16_t value) {
  check(item_->putAndInsertUint16(tag, value), tag);
  return *this;
}

DataSetWriter& DataSetWriter::put_longs(const DcmTagKey& tag, std::span<const std::uint32_t> values) {
  auto element = std::make_unique<DcmUnsignedLong>(DcmTag(tag));
  check(element->putUint32Array(values.data(), static_cast<unsigned long>(values.size())), tag);
  check(item_->insert(element.get(), OFTrue), tag);
  static_cast<void>(element.release());  // The data set owns it now.
  return *this;
}

DataSetWriter& DataSetWriter::put_decimals(const DcmTagKey& tag, std::span<const double> values) {
  std::string text;
  for (const double value : values) {
    if (!text.empty()) text += '\\';
    text += decimal_string(value);
  }
  return put(tag, text);
}

DataSetWriter& DataSetWriter::put_tag(const DcmTagKey& tag, const DcmTagKey& value) {
  check(item_->putAndInsertTagKey(tag, value), tag);
  return *this;
}

DataSetWriter& DataSetWriter::put_words(const DcmTagKey& tag, std::span<const std::uint16_t> words) {
  check(item_->putAndInsertUint16Array(tag, words.data(), static_cast<unsigned long>(words.size())), tag);
  return *this;
}

DataSetWriter& DataSetWriter::put_bytes(const DcmTagKey& tag, std::span<const std::uint8_t> bytes) {
  check(item_->putAndInsertUint8Array(tag, bytes.data(), static_cast<unsigned long>(bytes.size())), tag);
  return *this;
}

DataSetWriter& DataSetWriter::put_code(const DcmTagKey& sequence, const engine::CodedConcept& code) {
  add_item(sequence)
      .put(DCM_CodeValue, code.value)
      .put(DCM_CodingSchemeDesignator, code.scheme)
      .put(DCM_CodeMeaning, code.meaning);
  return *this;
}

DataSetWriter DataSetWriter::add_item(const DcmTagKey& sequence) {
  constexpr long append = -2;
  DcmItem* item = nullptr;
  check(item_->findOrCreateSequenceItem(sequence, item, append), sequence);
  return DataSetWriter(*item);
}

void write_file(DcmFileFormat& object, const std::filesystem::path& file) {
  const OFCondition saved = object.saveFile(OFFilename(file.c_str()), EXS_LittleEndianExplicit);
  if (saved.bad()) throw TransientError(file.string() + " cannot be written: " + saved.text());
}

}  // namespace glisson::dicom
