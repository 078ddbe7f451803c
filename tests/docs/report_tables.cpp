#include "tests/docs/report_tables.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <vector>

#include "dicom/report/report_codes.hpp"
#include "tests/support/committed_page.hpp"
#include "tests/support/report_example.hpp"

namespace glisson::tests {
namespace {

using dicom::ReportIod;
namespace codes = dicom::codes;

/// The image that a report's patient and study are read from, with all that a report repeats.
void complete(const std::filesystem::path& image) {
  DcmFileFormat file;
  if (file.loadFile(image.c_str()).bad()) throw std::runtime_error("the example's image cannot be read");
  DcmDataset& data_set = *file.getDataset();
  const std::vector<std::pair<DcmTagKey, const char*>> values{
      {DCM_IssuerOfPatientID, "HOSPITAL"},
      {DCM_PatientAge, "056Y"},
      {DCM_PatientSize, "1.7"},
      {DCM_PatientWeight, "70"},
      {DCM_PatientIdentityRemoved, "YES"},
      {DCM_DeidentificationMethod, "by hand"},
      {DCM_ReferringPhysicianName, "Referrer"},
      {DCM_PlacerOrderNumberImagingServiceRequest, "O1"},
      {DCM_FillerOrderNumberImagingServiceRequest, "F1"},
  };
  for (const auto& [tag, value] : values) data_set.putAndInsertString(tag, value);
  DcmItem* request = nullptr;
  data_set.findOrCreateSequenceItem(DCM_RequestAttributesSequence, request);
  for (const DcmTagKey& sequence :
       {DCM_DeidentificationMethodCodeSequence, DCM_RequestedProcedureCodeSequence}) {
    DcmItem& parent = sequence == DCM_RequestedProcedureCodeSequence ? *request : data_set;
    DcmItem* code = nullptr;
    parent.findOrCreateSequenceItem(sequence, code);
    code->putAndInsertString(DCM_CodeValue, "1");
    code->putAndInsertString(DCM_CodingSchemeDesignator, "99LOCAL");
    code->putAndInsertString(DCM_CodeMeaning, "Code of the sender");
  }
  if (file.saveFile(image.c_str(), EXS_LittleEndianExplicit).bad())
    throw std::runtime_error("it cannot be written");
}

void remove_study_attributes(const std::filesystem::path& image) {
  DcmFileFormat file;
  if (file.loadFile(image.c_str()).bad()) throw std::runtime_error("the example's image cannot be read");
  for (const DcmTagKey& tag : {DCM_StudyDate, DCM_StudyTime, DCM_StudyID})
    file.getDataset()->findAndDeleteElement(tag);
  if (file.saveFile(image.c_str(), EXS_LittleEndianExplicit).bad())
    throw std::runtime_error("it cannot be written");
}

std::string encoded(const dicom::MeasurementReport& report, ReportIod iod) {
  const auto bytes = dicom::encode_report(report, iod, "conformance statement").part10;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unique_ptr<DcmFileFormat> parsed(const std::string& part10) {
  auto file = std::make_unique<DcmFileFormat>();
  DcmInputBufferStream stream;
  stream.setBuffer(part10.data(), static_cast<offile_off_t>(part10.size()));
  stream.setEos();
  file->transferInit();
  if (file->read(stream).bad()) throw std::runtime_error("the example cannot be parsed");
  file->transferEnd();
  return file;
}

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  return {value.data(), value.size()};
}

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

struct Code {
  std::string value;
  std::string scheme;
  std::string meaning;

  bool is_hashed() const {
    constexpr std::size_t code_size = 16;
    return scheme == codes::private_scheme && value.size() == code_size &&
           value.find_first_not_of("0123456789abcdef", 1) == std::string::npos;
  }
  /// One name for all codes that are made from free text.
  std::string name() const {
    if (!is_hashed()) return meaning + " (" + value + ", " + scheme + ")";
    static const std::map<char, std::string> kinds{
        {'F', "a feature"}, {'S', "a score"}, {'I', "an input of a model"}, {'R', "a derived region"}};
    return kinds.at(value.front()) + " (" + value.front() + "..., " + scheme + ")";
  }
};

Code code_in(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* code = nullptr;
  if (item.findAndGetSequenceItem(sequence, code).bad()) return {};
  std::string value = text(*code, DCM_CodeValue);
  if (value.empty()) value = text(*code, DCM_LongCodeValue);
  return {value, text(*code, DCM_CodingSchemeDesignator), text(*code, DCM_CodeMeaning)};
}

/// A content item with what all its like have below them.
struct Node {
  std::string relationship;
  std::string type;
  std::string concept_name;
  std::string template_id;
  std::vector<Node> children;
};

Node& child_like(Node& parent, const Node& like) {
  const auto found = std::ranges::find_if(parent.children, [&](const Node& child) {
    return child.relationship == like.relationship && child.type == like.type &&
           child.concept_name == like.concept_name;
  });
  if (found != parent.children.end()) return *found;
  return parent.children.emplace_back(like);
}

/// One name for all concepts of standard codes that stand for a feature.
std::string concept_of(const std::string& type, const Code& code, const std::string& parent) {
  if (code.value.empty()) return "";
  const bool of_group = parent.starts_with(codes::measurement_group.meaning);
  const bool is_size = code.value == codes::volume.value || code.value == codes::long_axis.value ||
                       code.value == codes::short_axis.value;
  const bool is_feature =
      type == "NUM" && !code.is_hashed() && ((of_group && !is_size) || parent.starts_with("a score"));
  return is_feature ? "a feature (of IBSI, or what is measured with its derivation)" : code.name();
}

void merge(DcmItem& item, Node& node) {
  DcmSequenceOfItems* content = nullptr;
  if (item.findAndGetSequence(DCM_ContentSequence, content).bad()) return;
  for (unsigned long i = 0; i < content->card(); ++i) {
    DcmItem& child = *content->getItem(i);
    Node like{text(child, DCM_RelationshipType), text(child, DCM_ValueType), "", "", {}};
    like.concept_name = concept_of(like.type, code_in(child, DCM_ConceptNameCodeSequence), node.concept_name);
    DcmItem* identification = nullptr;
    if (child.findAndGetSequenceItem(DCM_ContentTemplateSequence, identification).good()) {
      like.template_id = "TID " + text(*identification, DCM_TemplateIdentifier);
    }
    merge(child, child_like(node, like));
  }
}

std::string rows_of(const Node& node, const std::string& indent, const Node* elsewhere) {
  std::string rows;
  for (const Node& child : node.children) {
    const Node* there = nullptr;
    if (elsewhere != nullptr) {
      const auto found = std::ranges::find_if(elsewhere->children, [&](const Node& other) {
        return other.type == child.type && other.concept_name == child.concept_name;
      });
      if (found != elsewhere->children.end()) there = &*found;
    }
    rows += "| " + indent + " | " + child.relationship + " | " + child.type + " | " +
            table_cell(child.concept_name) + " | " + child.template_id + " | " +
            (there != nullptr ? "all" : "Comprehensive 3D SR only") + " |\n";
    rows += rows_of(child, indent + "&gt;", there);
  }
  return rows;
}

void collect_codes(DcmItem& item, std::vector<Code>& found) {
  for (const DcmTagKey& sequence :
       {DCM_ConceptNameCodeSequence, DCM_ConceptCodeSequence, DCM_MeasurementUnitsCodeSequence}) {
    const Code code = code_in(item, sequence);
    if (!code.value.empty()) found.push_back(code);
  }
  for (const DcmTagKey& sequence : {DCM_ContentSequence, DCM_MeasuredValueSequence}) {
    DcmSequenceOfItems* items = nullptr;
    if (item.findAndGetSequence(sequence, items).bad()) continue;
    for (unsigned long i = 0; i < items->card(); ++i) collect_codes(*items->getItem(i), found);
  }
}

}  // namespace

ReportTables::ReportTables() {
  ReportExample example;
  complete(example.images.images.front().file);
  example.add_derived_regions();
  example.burden.calibration = "Calibrated";
  example.burden.proviso = "Holds for some";
  auto& report = example.report;
  report.all_features = true;
  report.regions[1].size.parts = 2;
  report.regions[1].features[0].value.reset();
  report.regions[1].features[0].reason = engine::UndefinedReason::single_voxel;
  report.regions[2].features[1].reason = engine::UndefinedReason::single_voxel;
  report.assessments[0].at_cut_off = true;
  report.predecessor =
      dicom::PredecessorReport{dicom::sop_class_of(ReportIod::comprehensive_3d),
                               dicom::SopInstanceUid("2.25.1"), dicom::SeriesInstanceUid("2.25.2")};
  full_ = encoded(report, ReportIod::comprehensive_3d);
  enhanced_ = encoded(report, ReportIod::enhanced);

  const SourcePatient nobody{
      .name = "", .id = "", .sex = "", .birth_date = "", .accession_number = "", .study_description = ""};
  SourcePatient unrequested = nobody;
  unrequested.with_request = false;
  SourcePatient with_accession_only = unrequested;
  with_accession_only.accession_number = "A-42";
  for (const SourcePatient& patient : {nobody, unrequested, with_accession_only}) {
    ReportExample reduced(patient);
    remove_study_attributes(reduced.images.images.front().file);
    reduced.report.device_serial_number.clear();
    reduced.report.timezone_offset.clear();
    reduced.report.assessments.clear();
    reduced_.push_back(encoded(reduced.report, ReportIod::comprehensive_3d));
  }
}

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

std::string ReportTables::content_tree() const {
  Node full;
  Node enhanced;
  merge(*parsed(full_)->getDataset(), full);
  merge(*parsed(enhanced_)->getDataset(), enhanced);
  return "| nesting | relationship | value type | concept name | template | in "
         "|\n|---|---|---|---|---|---|\n" +
         rows_of(full, "&gt;", &enhanced);
}

std::string ReportTables::private_codes() const {
  std::vector<Code> used;
  collect_codes(*parsed(full_)->getDataset(), used);
  const auto& dictionary = codes::private_dictionary();
  for (const Code& code : used) {
    const bool known =
        std::ranges::any_of(dictionary, [&](const auto& entry) { return entry.value == code.value; });
    if (code.scheme == codes::private_scheme && !code.is_hashed() && !known)
      throw std::runtime_error("the private dictionary lacks " + code.value);
  }
  std::string rows = "| code value | code meaning |\n|---|---|\n";
  for (const auto& entry : dictionary) rows += "| `" + entry.value + "` | " + entry.meaning + " |\n";
  return rows;
}

std::string ReportTables::coding_schemes() const {
  std::vector<Code> used;
  collect_codes(*parsed(full_)->getDataset(), used);
  std::map<std::string, std::set<std::string>> examples;
  for (const Code& code : used) {
    if (!code.is_hashed()) examples[code.scheme].insert(code.meaning);
  }
  std::string rows = "| coding scheme designator | for example |\n|---|---|\n";
  for (const auto& [scheme, meanings] : examples) {
    std::string some;
    for (const std::string& meaning : meanings) {
      if (std::ranges::count(some, ';') < 3) some += (some.empty() ? "" : "; ") + meaning;
    }
    rows += "| " + scheme + " | " + table_cell(some) + " |\n";
  }
  return rows;
}

}  // namespace glisson::tests
