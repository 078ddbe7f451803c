#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "tests/docs/report_file.hpp"
#include "tests/docs/report_tables.hpp"

namespace glisson::tests {
namespace {

/// Tags of an item's elements in all reports that have the item.
std::set<DcmTagKey> tags_of(const std::vector<DcmItem*>& items) {
  std::set<DcmTagKey> tags;
  for (DcmItem* item : items) {
    for (unsigned long i = 0; i < item->card(); ++i) tags.insert(item->getElement(i)->getTag().getXTag());
  }
  return tags;
}

/// PS3.2: whether an attribute is there, and has a value, in every item.
std::string presence(const std::vector<DcmItem*>& items, const DcmTagKey& tag) {
  bool absent = false;
  std::size_t empty = 0;
  for (DcmItem* item : items) {
    DcmElement* element = nullptr;
    if (item->findAndGetElement(tag, element).bad()) {
      absent = true;
    } else if (element->isEmpty() || (element->ident() == EVR_SQ && element->getLength() == 0)) {
      ++empty;
    }
  }
  if (absent) return "ANAP";
  if (empty == items.size()) return "EMPTY";
  return empty > 0 ? "VNAP" : "ALWAYS";
}

/// Where the value comes from, and in which module a top-level attribute stands (PS3.3 A.35).
struct Placement {
  DcmTagKey tag;
  const char* module;
  const char* source;
};

constexpr const char* copied = "COPY, first image";
constexpr const char* made = "AUTO";
constexpr const char* fixed = "FIXED";

const std::vector<Placement>& placements() {
  static const std::vector<Placement> table{
      {DCM_PatientName, "Patient", copied},
      {DCM_PatientID, "Patient", copied},
      {DCM_IssuerOfPatientID, "Patient", copied},
      {DCM_PatientBirthDate, "Patient", copied},
      {DCM_PatientSex, "Patient", copied},
      {DCM_PatientIdentityRemoved, "Patient", copied},
      {DCM_DeidentificationMethod, "Patient", copied},
      {DCM_DeidentificationMethodCodeSequence, "Patient", copied},
      {DCM_StudyInstanceUID, "General Study", copied},
      {DCM_StudyDate, "General Study", copied},
      {DCM_StudyTime, "General Study", copied},
      {DCM_StudyID, "General Study", copied},
      {DCM_StudyDescription, "General Study", copied},
      {DCM_AccessionNumber, "General Study", copied},
      {DCM_ReferringPhysicianName, "General Study", copied},
      {DCM_PatientAge, "Patient Study", copied},
      {DCM_PatientSize, "Patient Study", copied},
      {DCM_PatientWeight, "Patient Study", copied},
      {DCM_Modality, "SR Document Series", fixed},
      {DCM_SeriesInstanceUID, "SR Document Series", made},
      {DCM_SeriesNumber, "SR Document Series", fixed},
      {DCM_SeriesDate, "SR Document Series", made},
      {DCM_SeriesTime, "SR Document Series", made},
      {DCM_SeriesDescription, "SR Document Series", made},
      {DCM_ReferencedPerformedProcedureStepSequence, "SR Document Series", fixed},
      {DCM_Manufacturer, "General Equipment", fixed},
      {DCM_ManufacturerModelName, "General Equipment", fixed},
      {DCM_SoftwareVersions, "General Equipment", made},
      {DCM_DeviceSerialNumber, "General Equipment", made},
      {DCM_InstanceNumber, "SR Document General", fixed},
      {DCM_CompletionFlag, "SR Document General", made},
      {DCM_CompletionFlagDescription, "SR Document General", made},
      {DCM_VerificationFlag, "SR Document General", fixed},
      {DCM_PreliminaryFlag, "SR Document General", fixed},
      {DCM_ContentDate, "SR Document General", made},
      {DCM_ContentTime, "SR Document General", made},
      {DCM_PredecessorDocumentsSequence, "SR Document General", made},
      {DCM_ReferencedRequestSequence, "SR Document General", "COPY, first image's request"},
      {DCM_PerformedProcedureCodeSequence, "SR Document General", fixed},
      {DCM_CurrentRequestedProcedureEvidenceSequence, "SR Document General", made},
      {DCM_PertinentOtherEvidenceSequence, "SR Document General", made},
      {DCM_ValueType, "SR Document Content", fixed},
      {DCM_ConceptNameCodeSequence, "SR Document Content", fixed},
      {DCM_ContinuityOfContent, "SR Document Content", fixed},
      {DCM_ContentTemplateSequence, "SR Document Content", fixed},
      {DCM_ContentSequence, "SR Document Content", made},
      {DCM_SpecificCharacterSet, "SOP Common", fixed},
      {DCM_SOPClassUID, "SOP Common", made},
      {DCM_SOPInstanceUID, "SOP Common", made},
      {DCM_InstanceCreationDate, "SOP Common", made},
      {DCM_InstanceCreationTime, "SOP Common", made},
      {DCM_TimezoneOffsetFromUTC, "SOP Common", made},
      {DCM_CodingSchemeIdentificationSequence, "SOP Common", fixed},
      {DCM_ContributingEquipmentSequence, "SOP Common", made},
  };
  return table;
}

std::string attribute_row(const std::vector<DcmItem*>& items, const DcmTagKey& tag, const std::string& indent,
                          const std::string& value, const std::string& source) {
  DcmTag named(tag);
  OFString number = tag.toString();
  std::string digits(number.data(), number.size());
  std::ranges::transform(digits, digits.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return "| " + indent + named.getTagName() + " | " + digits + " | " + DcmVR(named.getEVR()).getVRName() +
         " | " + value + " | " + presence(items, tag) + " | " + source + " |\n";
}

/// Rows of all attributes in the items of a sequence.
std::string nested_rows(const std::vector<DcmItem*>& parents, const DcmTagKey& sequence,
                        const std::string& indent) {
  std::vector<DcmItem*> items;
  for (DcmItem* parent : parents) {
    DcmSequenceOfItems* found = nullptr;
    if (parent->findAndGetSequence(sequence, found).bad()) continue;
    for (unsigned long i = 0; i < found->card(); ++i) items.push_back(found->getItem(i));
  }
  std::string rows;
  for (const DcmTagKey& tag : tags_of(items)) {
    rows += attribute_row(items, tag, indent, "", "");
    if (DcmTag(tag).getEVR() == EVR_SQ) rows += nested_rows(items, tag, indent + "&gt;");
  }
  return rows;
}

/// The value of a FIXED attribute, which must be the same in all reports.
std::string fixed_value(const std::vector<DcmItem*>& items, const DcmTagKey& tag) {
  if (DcmTag(tag).getEVR() == EVR_SQ) return "";
  const std::string value = text(*items.front(), tag);
  for (DcmItem* item : items) {
    if (text(*item, tag) != value) throw std::runtime_error("a fixed attribute differs between reports");
  }
  return value.empty() ? "" : "`" + value + "`";
}

}  // namespace

std::string ReportTables::attributes() const {
  std::vector<std::unique_ptr<DcmFileFormat>> files;
  files.push_back(parsed(full_));
  files.push_back(parsed(enhanced_));
  for (const std::string& reduced : reduced_) files.push_back(parsed(reduced));
  std::vector<DcmItem*> items;
  for (const auto& file : files) items.push_back(file->getDataset());
  std::set<DcmTagKey> left = tags_of(items);
  std::string rows;
  std::string module;
  for (const Placement& placement : placements()) {
    if (left.erase(placement.tag) == 0) continue;
    if (placement.module != module) {
      module = placement.module;
      rows += (rows.empty() ? "" : "\n") + ("**" + module + "**\n\n") +
              "| attribute | tag | VR | value | presence | source |\n|---|---|---|---|---|---|\n";
    }
    const std::string value = placement.source == fixed ? fixed_value(items, placement.tag) : "";
    rows += attribute_row(items, placement.tag, "", value, placement.source);
    if (DcmTag(placement.tag).getEVR() == EVR_SQ && placement.tag != DCM_ContentSequence) {
      rows += nested_rows(items, placement.tag, "&gt;");
    }
  }
  for (const DcmTagKey& tag : left) {
    throw std::runtime_error(std::string("no module is known of ") + DcmTag(tag).getTagName());
  }
  return rows;
}

}  // namespace glisson::tests
