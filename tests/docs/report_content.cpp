#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include "dicom/report/report_codes.hpp"
#include "tests/docs/report_file.hpp"
#include "tests/docs/report_tables.hpp"
#include "tests/support/committed_page.hpp"

namespace glisson::tests {
namespace {

namespace codes = dicom::codes;

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
