#include "dicom/dicom_file.hpp"

#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <dcmtk/oflog/oflog.h>

#include <array>
#include <cmath>
#include <fstream>
#include <mutex>
#include <string_view>

#include "dicom/character_set.hpp"
#include "dicom/mapped_file.hpp"
#include "dicom/nesting.hpp"

namespace glisson::dicom {
namespace {

/// No attribute that is read here needs more; looking for one of many values takes time for all before it.
constexpr std::uint32_t longest_text = 65536;
const DcmTagKey behind_pixel_data{0x7FE0, 0x0011};

bool starts_with_dicom_prefix(const std::filesystem::path& file) {
  std::array<char, 132> start{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(start.data(), start.size());
  return stream.gcount() == 132 && std::string_view(start.data() + 128, 4) == "DICM";
}

// Length of the UTF-8 sequence at the start of `bytes`, 0 when it is none (RFC 3629).
std::size_t utf8_sequence_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool beyond = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Reads a part of a file that is in memory.
template <typename Object>
bool parse(Object& object, std::span<const std::uint8_t> part10) {
  DcmInputBufferStream stream;
  stream.setBuffer(part10.data(), static_cast<offile_off_t>(part10.size()));
  stream.setEos();
  object.transferInit();
  const OFCondition read = object.read(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
  object.transferEnd();
  return read.good();
}

// By DCMTK's own reading of the file meta information; empty where it finds none. Its reading decides whether
// a data set is inflated.
std::string transfer_syntax_of(std::span<const std::uint8_t> part10) {
  DcmMetaInfo meta;
  OFString uid;
  if (!parse(meta, part10) || meta.findAndGetOFString(DCM_TransferSyntaxUID, uid).bad()) return {};
  return {uid.data(), uid.size()};
}

DcmSequenceOfItems* find_sequence(DcmItem& item, const DcmTagKey& tag) {
  DcmSequenceOfItems* sequence = nullptr;
  return item.findAndGetSequence(tag, sequence).good() ? sequence : nullptr;
}

}  // namespace

void silence_toolkit() {
  static std::once_flag once;
  std::call_once(once, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
}

std::string valid_utf8(std::string_view bytes) {
  const bool utf8 = is_utf8(bytes);
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) continue;
    if (byte < 0x80 || utf8) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return text;
}

std::string Attributes::name(const DcmTagKey& tag) { return DcmTag(tag).getTagName(); }

void Attributes::reject(RejectionReason reason, const std::string& detail) const {
  throw RejectedInput(reason, *source_ + ": " + detail);
}

bool Attributes::has(const DcmTagKey& tag) const { return item_->tagExistsWithValue(tag); }

std::string Attributes::raw_text(const DcmTagKey& tag) const {
  DcmElement* element = nullptr;
  if (item_->findAndGetElement(tag, element).good() && element->getLength() > longest_text) {
    reject(RejectionReason::invalid_attribute,
           name(tag) + " is longer than " + std::to_string(longest_text) + " bytes");
  }
  OFString value;
  // Absent and empty attributes are both read as empty; who needs a value asks for it as required.
  if (item_->findAndGetOFString(tag, value).bad()) return {};
  return trimmed(std::string(value.data(), value.size()));
}

std::string Attributes::text(const DcmTagKey& tag) const {
  return trimmed(to_utf8(raw_text(tag), *character_set_));
}

std::string Attributes::required_text(const DcmTagKey& tag) const {
  std::string value = text(tag);
  if (value.empty()) reject(RejectionReason::missing_attribute, name(tag) + " is absent or empty");
  return value;
}

double Attributes::number_at(const DcmTagKey& tag, unsigned long position) const {
  DcmElement* element = nullptr;
  Float64 real = 0;
  Sint32 integer = 0;
  Uint16 unsigned_short = 0;
  if (item_->findAndGetElement(tag, element).good()) {
    if (element->ident() == EVR_US && element->getUint16(unsigned_short, position).good()) {
      return unsigned_short;
    }
    if (element->ident() == EVR_IS && element->getSint32(integer, position).good()) return integer;
    if (element->getFloat64(real, position).good() && std::isfinite(real)) return real;
  }
  reject(RejectionReason::invalid_attribute, name(tag) + " holds no finite number");
}

std::optional<double> Attributes::number(const DcmTagKey& tag) const {
  if (!has(tag)) return std::nullopt;
  return number_at(tag, 0);
}

double Attributes::required_number(const DcmTagKey& tag) const { return required_numbers(tag, 1).front(); }

std::vector<double> Attributes::numbers(const DcmTagKey& tag) const {
  DcmElement* element = nullptr;
  std::vector<double> values;
  if (!has(tag) || item_->findAndGetElement(tag, element).bad()) return values;
  if (element->getLength() > longest_text) {
    reject(RejectionReason::invalid_attribute, name(tag) + " has too many values");
  }
  const unsigned long count = element->getVM();
  for (unsigned long i = 0; i < count; ++i) values.push_back(number_at(tag, i));
  return values;
}

std::vector<double> Attributes::required_numbers(const DcmTagKey& tag, std::size_t count) const {
  if (!has(tag)) reject(RejectionReason::missing_attribute, name(tag) + " is absent or empty");
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(number_at(tag, static_cast<unsigned long>(i)));
  return values;
}

int Attributes::required_integer(const DcmTagKey& tag, int lowest, int highest) const {
  const double value = required_number(tag);
  if (value < lowest || value > highest || value != std::floor(value)) {
    reject(RejectionReason::invalid_attribute,
           name(tag) + " is outside " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return static_cast<int>(value);
}

std::optional<int> Attributes::stored_value(const DcmTagKey& tag, bool is_signed) const {
  DcmElement* element = nullptr;
  if (!has(tag) || item_->findAndGetElement(tag, element).bad()) return std::nullopt;
  Uint16 unsigned_short = 0;
  Sint16 signed_short = 0;
  if (element->getSint16(signed_short).good()) {
    unsigned_short = static_cast<Uint16>(signed_short);
  } else if (element->getUint16(unsigned_short).bad()) {
    reject(RejectionReason::invalid_attribute, name(tag) + " holds no number of 16 bits");
  }
  return is_signed ? static_cast<Sint16>(unsigned_short) : static_cast<int>(unsigned_short);
}

engine::CodedConcept Attributes::code(const DcmTagKey& sequence) const {
  const auto found = first_item(sequence);
  if (!found) return {};
  return {found->text(DCM_CodeValue), found->text(DCM_CodingSchemeDesignator), found->text(DCM_CodeMeaning)};
}

std::size_t Attributes::item_count(const DcmTagKey& sequence) const {
  DcmSequenceOfItems* found = find_sequence(*item_, sequence);
  return found == nullptr ? 0 : found->card();
}

Attributes Attributes::item(const DcmTagKey& sequence, std::size_t index) const {
  DcmSequenceOfItems* found = find_sequence(*item_, sequence);
  DcmItem* child = found == nullptr ? nullptr : found->getItem(static_cast<unsigned long>(index));
  if (child == nullptr) {
    reject(RejectionReason::missing_attribute, name(sequence) + " has no item " + std::to_string(index + 1));
  }
  return {*child, *character_set_, *source_};
}

std::vector<Attributes> Attributes::items(const DcmTagKey& sequence) const {
  std::vector<Attributes> result;
  DcmSequenceOfItems* found = find_sequence(*item_, sequence);
  if (found == nullptr) return result;
  // nextInContainer() walks the list once; getItem(i) would start over for each item.
  DcmObject* object = nullptr;
  while ((object = found->nextInContainer(object)) != nullptr) {
    if (auto* child = dynamic_cast<DcmItem*>(object)) result.push_back({*child, *character_set_, *source_});
  }
  return result;
}

std::optional<Attributes> Attributes::first_item(const DcmTagKey& sequence) const {
  if (item_count(sequence) == 0) return std::nullopt;
  return item(sequence, 0);
}

DicomFile::DicomFile(const std::filesystem::path& file, Extent extent)
    : path_(file), name_(file.filename().string()), file_(std::make_unique<DcmFileFormat>()) {
  silence_toolkit();
  if (std::ifstream stream(file, std::ios::binary); !stream) {
    throw TransientError(name_ + " cannot be opened");
  }
  // DCMTK would also read what has no prefix; its structure is looked into on other terms.
  if (!std::filesystem::is_regular_file(file) || !starts_with_dicom_prefix(file)) {
    throw RejectedInput(RejectionReason::not_dicom, name_ + ": no DICOM file meta information");
  }
  if (!load_head(extent)) load(extent);
  OFString character_set;
  if (file_->getDataset()->findAndGetOFStringArray(DCM_SpecificCharacterSet, character_set).good()) {
    character_set_.assign(character_set.data(), character_set.size());
  }
}

/// Parses what precedes the pixel data, from memory: reading it through DCMTK's files takes some twenty calls
/// of the operating system. False where the file is not as simple as that.
bool DicomFile::load_head(Extent extent) {
  const MappedFile mapped(path_);
  const auto found = require_sound_structure(mapped.bytes(), name_);
  if (extent == Extent::whole || !found.pixel_data) return false;
  const auto head = mapped.bytes().first(found.pixel_data->element);
  const std::string transfer_syntax = transfer_syntax_of(head);
  const bool native = transfer_syntax == UID_LittleEndianExplicitTransferSyntax ||
                      transfer_syntax == UID_LittleEndianImplicitTransferSyntax;
  if (!native || found.pixel_data->length == DCM_UndefinedLength || !parse(*file_, head)) {
    file_ = std::make_unique<DcmFileFormat>();
    return false;
  }
  transfer_syntax_uid_ = transfer_syntax;
  if (extent == Extent::image) {
    pixel_data_ = found.pixel_data;
    if (pixel_data_->length > mapped.bytes().size() - pixel_data_->value) refuse_cut_pixels();
  }
  return true;
}

void DicomFile::refuse_cut_pixels() const {
  throw RejectedInput(RejectionReason::truncated_pixel_data, name_ + ": the file ends within the pixel data");
}

void DicomFile::load(Extent extent) {
  const OFFilename path(path_.c_str());
  DcmFileFormat meta;
  const OFCondition meta_read =
      meta.loadFile(path, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_metaOnly);
  OFString transfer_syntax;
  if (meta_read.bad() ||
      meta.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, transfer_syntax).bad()) {
    throw RejectedInput(RejectionReason::truncated_data_set,
                        name_ + ": the file meta information is incomplete");
  }
  transfer_syntax_uid_.assign(transfer_syntax.data(), transfer_syntax.size());
  const DcmXfer known(transfer_syntax.c_str());
  if (known.getStreamCompression() != ESC_none) {
    throw RejectedInput(RejectionReason::unsupported_transfer_syntax,
                        name_ + ": the data set is deflated; it is not inflated");
  }

  // Nothing behind the pixel data is of use here, and the structure was looked into no further. A transfer
  // syntax that DCMTK does not know must not be guessed from the bytes: all of these are explicit VR little
  // endian.
  const DcmTagKey stop = extent == Extent::header ? DCM_PixelData : behind_pixel_data;
  const E_TransferSyntax fallback = known.getXfer() == EXS_Unknown ? EXS_LittleEndianExplicit : EXS_Unknown;
  const OFCondition read =
      file_->loadFileUntilTag(path, fallback, EGL_noChange, DCM_MaxReadLength, ERM_fileOnly, stop);
  if (read.good()) return;
  // Pixel data come last among what we read, so once they are there, it is they that ended too soon.
  if (file_->getDataset()->tagExists(DCM_PixelData)) refuse_cut_pixels();
  throw RejectedInput(RejectionReason::truncated_data_set,
                      name_ + ": the data set cannot be read to its end");
}

Attributes DicomFile::attributes() const { return {*file_->getDataset(), character_set_, name_}; }

void DicomFile::require_uncompressed() const {
  const DcmXfer transfer_syntax(transfer_syntax_uid_.c_str());
  if (transfer_syntax.isEncapsulated() || transfer_syntax.getXfer() == EXS_Unknown) {
    throw RejectedInput(RejectionReason::unsupported_transfer_syntax,
                        name_ + ": compressed pixel data (" + transfer_syntax.getXferName() +
                            ") where they must be uncompressed");
  }
}

void DicomFile::require_pixel_bytes(std::uint64_t bytes) const {
  require_uncompressed();
  DcmElement* element = nullptr;
  if (!pixel_data_ && file_->getDataset()->findAndGetElement(DCM_PixelData, element).bad()) {
    throw RejectedInput(RejectionReason::truncated_pixel_data, name_ + ": there are no pixel data");
  }
  const std::uint32_t length = pixel_data_ ? pixel_data_->length : element->getLength();
  if (length < bytes) {
    throw RejectedInput(
        RejectionReason::truncated_pixel_data,
        name_ + ": " + std::to_string(length) + " bytes of pixel data instead of " + std::to_string(bytes));
  }
}

void DicomFile::read_pixels(std::uint64_t offset, std::span<std::uint8_t> target) const {
  if (pixel_data_) {
    if (offset + target.size() > pixel_data_->length ||
        !read_at(path_, pixel_data_->value + offset, target)) {
      throw RejectedInput(RejectionReason::truncated_pixel_data, name_ + ": the pixel data cannot be read");
    }
    return;
  }
  DcmElement* element = nullptr;
  OFCondition found = file_->getDataset()->findAndGetElement(DCM_PixelData, element);
  if (found.good()) {
    found = element->getPartialValue(target.data(), static_cast<Uint32>(offset),
                                     static_cast<Uint32>(target.size()), nullptr, EBO_LittleEndian);
  }
  if (found.bad()) {
    throw RejectedInput(RejectionReason::truncated_pixel_data, name_ + ": the pixel data cannot be read");
  }
}

}  // namespace glisson::dicom
