#include "tests/support/report_reader.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcpath.h>
#include <dcmtk/dcmdata/dctk.h>

#include <memory>
#include <stdexcept>

namespace glisson::tests {
namespace {

std::unique_ptr<DcmFileFormat> parsed(std::span<const std::byte> bytes) {
  auto file = std::make_unique<DcmFileFormat>();
  DcmInputBufferStream stream;
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
  file->transferInit();
  if (file->read(stream).bad()) throw std::runtime_error("the report cannot be parsed");
  file->transferEnd();
  return file;
}

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  return {value.c_str(), value.size()};
}

std::string text_in(DcmItem& item, const DcmTagKey& sequence, const DcmTagKey& tag) {
  DcmItem* nested = nullptr;
  return item.findAndGetSequenceItem(sequence, nested).good() ? text(*nested, tag) : std::string();
}

void read_number(DcmItem& item, ReadItem& read) {
  DcmItem* measured = nullptr;
  if (item.findAndGetSequenceItem(DCM_MeasuredValueSequence, measured).bad()) return;
  read.value = text(*measured, DCM_NumericValue);
  read.unit = text_in(*measured, DCM_MeasurementUnitsCodeSequence, DCM_CodeValue);
  Float64 binary = 0;
  if (measured->findAndGetFloat64(DCM_FloatingPointValue, binary).good()) read.binary.push_back(binary);
}

void read_value(DcmItem& item, ReadItem& read) {
  if (read.type == "NUM") read_number(item, read);
  if (read.type == "TEXT") read.value = text(item, DCM_TextValue);
  if (read.type == "UIDREF") read.value = text(item, DCM_UID);
  if (read.type == "SCOORD3D") read.value = text(item, DCM_GraphicType);
  if (read.type == "CODE") {
    read.value = text_in(item, DCM_ConceptCodeSequence, DCM_CodeValue);
    read.value_scheme = text_in(item, DCM_ConceptCodeSequence, DCM_CodingSchemeDesignator);
    read.value_meaning = text_in(item, DCM_ConceptCodeSequence, DCM_CodeMeaning);
  }
  if (read.type == "IMAGE") {
    read.value = text_in(item, DCM_ReferencedSOPSequence, DCM_ReferencedSOPInstanceUID);
    read.segments = text_in(item, DCM_ReferencedSOPSequence, DCM_ReferencedSegmentNumber);
  }
}

ReadItem read_item(DcmItem& item) {
  ReadItem read;
  read.relationship = text(item, DCM_RelationshipType);
  read.type = text(item, DCM_ValueType);
  read.name = text_in(item, DCM_ConceptNameCodeSequence, DCM_CodeValue);
  read.scheme = text_in(item, DCM_ConceptNameCodeSequence, DCM_CodingSchemeDesignator);
  read.meaning = text_in(item, DCM_ConceptNameCodeSequence, DCM_CodeMeaning);
  read_value(item, read);
  DcmSequenceOfItems* content = nullptr;
  if (item.findAndGetSequence(DCM_ContentSequence, content).good()) {
    for (unsigned long i = 0; i < content->card(); ++i)
      read.children.push_back(read_item(*content->getItem(i)));
  }
  return read;
}

}  // namespace

std::vector<const ReadItem*> ReadItem::all(const std::string& concept_name) const {
  std::vector<const ReadItem*> found;
  for (const auto& item : children) {
    if (item.name == concept_name) found.push_back(&item);
    const auto below = item.all(concept_name);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

const ReadItem& ReadItem::child(const std::string& concept_name) const {
  const ReadItem* found = nullptr;
  for (const auto& item : children) {
    if (item.name != concept_name) continue;
    if (found != nullptr) throw std::runtime_error("several items " + concept_name);
    found = &item;
  }
  if (found == nullptr) throw std::runtime_error("no item " + concept_name);
  return *found;
}

bool ReadItem::has_child(const std::string& concept_name) const {
  for (const auto& item : children) {
    if (item.name == concept_name) return true;
  }
  return false;
}

ReadReport::ReadReport(std::span<const std::byte> part10) : bytes_(part10.begin(), part10.end()) {
  root = read_item(*parsed(bytes_)->getDataset());
}

std::string ReadReport::attribute(const std::string& path) const {
  const auto file = parsed(bytes_);
  DcmPathProcessor processor;
  if (processor.findOrCreatePath(file->getDataset(), path.c_str(), false).bad()) return "<absent>";
  OFList<DcmPath*> found;
  if (processor.getResults(found) == 0) return "<absent>";
  auto* element = dynamic_cast<DcmElement*>(found.front()->back()->m_obj);
  OFString value;
  if (element == nullptr || element->getOFStringArray(value).bad()) return "<no text>";
  return {value.c_str(), value.size()};
}

}  // namespace glisson::tests
