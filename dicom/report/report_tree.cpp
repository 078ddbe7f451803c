#include "dicom/report/report_tree.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmsr/dsrdoctr.h>
#include <dcmtk/dcmsr/dsrimgvl.h>
#include <dcmtk/dcmsr/dsrnumvl.h>
#include <dcmtk/dcmsr/dsrsc3vl.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "dicom/report/decimal_string.hpp"
#include "dicom/report/report_codes.hpp"
#include "dicom/report/report_text.hpp"

namespace glisson::dicom {
namespace {

/// Names and codes go into the message, values never: they may be of the patient.
void check(const OFCondition& condition, const engine::CodedConcept& name) {
  if (condition.bad()) throw std::logic_error("content item " + name.value + ": " + condition.text());
}

DSRTypes::E_RelationshipType to_dcmtk(Relationship relationship) {
  switch (relationship) {
    case Relationship::contains:
      return DSRTypes::RT_contains;
    case Relationship::has_obs_context:
      return DSRTypes::RT_hasObsContext;
    case Relationship::has_acq_context:
      return DSRTypes::RT_hasAcqContext;
    case Relationship::has_concept_mod:
      return DSRTypes::RT_hasConceptMod;
    case Relationship::has_properties:
      return DSRTypes::RT_hasProperties;
    case Relationship::inferred_from:
      return DSRTypes::RT_inferredFrom;
  }
  return DSRTypes::RT_invalid;
}

std::string code_text(const std::string& text) { return cut_utf8(printable_utf8(text), 64); }

/// Printable, with CR LF at the ends of lines (PS3.5 6.1.3), never empty.
std::string document_text(const std::string& value) {
  std::string text;
  for (const char c : printable_utf8(value, true)) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text.empty() ? "-" : text;
}

/// Unchecked, since codes of a segmentation are repeated as they came; only the form is made to fit.
DSRCodedEntryValue to_dcmtk(const engine::CodedConcept& code) {
  if (code.empty()) return {};
  const auto meaning = code_text(code.meaning.empty() ? code.value : code.meaning);
  return {printable_utf8(code.value), cut_utf8(printable_utf8(code.scheme), 16), meaning};
}

}  // namespace

ReportTree::Level::~Level() { tree_.goUp(); }

ReportTree::ReportTree(DSRDocumentTree& tree, const engine::CodedConcept& title) : tree_(tree) {
  if (tree_.addContentItem(DSRTypes::RT_isRoot, DSRTypes::VT_Container) == 0)
    throw std::logic_error("the document has a content tree already");
  check(tree_.getCurrentContentItem().setConceptName(to_dcmtk(title)), title);
  check(tree_.getCurrentContentItem().setTemplateIdentification("1500", "DCMR"), title);
}

void ReportTree::add(Relationship relationship, int value_type, const engine::CodedConcept& name) {
  const auto type = static_cast<DSRTypes::E_ValueType>(value_type);
  if (tree_.addContentItem(to_dcmtk(relationship), type, DSRTypes::AM_belowCurrent) == 0) {
    throw std::logic_error("content item " + name.value + " is not allowed below " +
                           tree_.getCurrentContentItem().getConceptName().getCodeValue());
  }
  if (!name.empty()) check(tree_.getCurrentContentItem().setConceptName(to_dcmtk(name), false), name);
}

ReportTree::Level ReportTree::container(Relationship relationship, const engine::CodedConcept& name,
                                        const std::string& template_id) {
  add(relationship, DSRTypes::VT_Container, name);
  if (!template_id.empty())
    check(tree_.getCurrentContentItem().setTemplateIdentification(template_id, "DCMR"), name);
  return Level(tree_);
}

ReportTree::Level ReportTree::code(Relationship relationship, const engine::CodedConcept& name,
                                   const engine::CodedConcept& value) {
  add(relationship, DSRTypes::VT_Code, name);
  check(tree_.getCurrentContentItem().setCodeValue(to_dcmtk(value), false), name);
  return Level(tree_);
}

ReportTree::Level ReportTree::text(Relationship relationship, const engine::CodedConcept& name,
                                   const std::string& value) {
  add(relationship, DSRTypes::VT_Text, name);
  check(tree_.getCurrentContentItem().setStringValue(document_text(value)), name);
  return Level(tree_);
}

ReportTree::Level ReportTree::uid(Relationship relationship, const engine::CodedConcept& name,
                                  const std::string& value) {
  add(relationship, DSRTypes::VT_UIDRef, name);
  check(tree_.getCurrentContentItem().setStringValue(value), name);
  return Level(tree_);
}

ReportTree::Level ReportTree::number(Relationship relationship, const engine::CodedConcept& name,
                                     double value, const engine::CodedConcept& unit) {
  if (!std::isfinite(value)) return text(relationship, name, "no value: the result is not a finite number");
  add(relationship, DSRTypes::VT_Num, name);
  const auto digits = decimal_string(value);
  DSRNumericMeasurementValue measurement;
  check(measurement.setValue(digits, to_dcmtk(unit), DSRCodedEntryValue()), name);
  if (std::strtod(digits.c_str(), nullptr) != value) {
    check(measurement.setFloatingPointRepresentation(value), name);
  }
  check(tree_.getCurrentContentItem().setNumericValue(measurement), name);
  return Level(tree_);
}

ReportTree::Level ReportTree::image(Relationship relationship, const engine::CodedConcept& name,
                                    const SopClassUid& sop_class, const SopInstanceUid& sop_instance,
                                    const std::vector<int>& segment_numbers) {
  add(relationship, DSRTypes::VT_Image, name);
  DSRImageReferenceValue reference(sop_class.value(), sop_instance.value());
  for (const int number : segment_numbers) reference.getSegmentList().addItem(static_cast<Uint16>(number));
  check(tree_.getCurrentContentItem().setImageReference(reference), name);
  return Level(tree_);
}

ReportTree::Level ReportTree::line(Relationship relationship, const engine::CodedConcept& name,
                                   const engine::Axis& axis, const FrameOfReferenceUid& frame_of_reference) {
  add(relationship, DSRTypes::VT_SCoord3D, name);
  DSRSpatialCoordinates3DValue coordinates(DSRTypes::GT3_Polyline);
  check(coordinates.setFrameOfReferenceUID(frame_of_reference.value()), name);
  for (const auto& point : {axis.start, axis.end}) {
    coordinates.getGraphicDataList().addItem(static_cast<Float32>(point[0]), static_cast<Float32>(point[1]),
                                             static_cast<Float32>(point[2]));
  }
  check(tree_.getCurrentContentItem().setSpatialCoordinates3D(coordinates), name);
  return Level(tree_);
}

}  // namespace glisson::dicom
