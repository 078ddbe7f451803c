#include "server/segment_selection.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <string_view>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

struct TypeCode {
  std::string_view value;
  std::string_view scheme;
  SegmentRole role;
};

// Codes of SNOMED CT, their predecessors in SNOMED RT (which many senders still write), and two of the NCI.
constexpr std::array type_codes{
    TypeCode{"4147007", "SCT", SegmentRole::lesion},    // Mass
    TypeCode{"27925004", "SCT", SegmentRole::lesion},   // Nodule
    TypeCode{"52988006", "SCT", SegmentRole::lesion},   // Lesion
    TypeCode{"108369006", "SCT", SegmentRole::lesion},  // Neoplasm
    TypeCode{"86049000", "SCT", SegmentRole::lesion},   // Neoplasm, primary
    TypeCode{"14799000", "SCT", SegmentRole::lesion},   // Neoplasm, secondary
    TypeCode{"25370001", "SCT", SegmentRole::lesion},   // Hepatocellular carcinoma (morphology)
    TypeCode{"109841003", "SCT", SegmentRole::lesion},  // Liver cell carcinoma
    TypeCode{"312104005", "SCT", SegmentRole::lesion},  // Cholangiocarcinoma
    TypeCode{"94381002", "SCT", SegmentRole::lesion},   // Metastasis to liver
    TypeCode{"128462008", "SCT", SegmentRole::lesion},  // Secondary malignant neoplastic disease
    TypeCode{"300331000", "SCT", SegmentRole::lesion},  // Lesion of liver
    TypeCode{"M-03000", "SRT", SegmentRole::lesion},    // Mass
    TypeCode{"M-03010", "SRT", SegmentRole::lesion},    // Nodule
    TypeCode{"M-01100", "SRT", SegmentRole::lesion},    // Lesion
    TypeCode{"M-80003", "SRT", SegmentRole::lesion},    // Neoplasm, primary
    TypeCode{"M-80006", "SRT", SegmentRole::lesion},    // Neoplasm, secondary
    TypeCode{"M-81703", "SRT", SegmentRole::lesion},    // Hepatocellular carcinoma
    TypeCode{"C113842", "NCIt", SegmentRole::lesion},   // Enhancing lesion
    TypeCode{"C81175", "NCIt", SegmentRole::lesion},    // Non-enhancing lesion
    TypeCode{"59820001", "SCT", SegmentRole::vessel},   // Blood vessel
    TypeCode{"32764006", "SCT", SegmentRole::vessel},   // Portal vein
    TypeCode{"8993003", "SCT", SegmentRole::vessel},    // Hepatic vein
    TypeCode{"76015000", "SCT", SegmentRole::vessel},   // Hepatic artery
    TypeCode{"64131007", "SCT", SegmentRole::vessel},   // Inferior vena cava
    TypeCode{"T-40000", "SRT", SegmentRole::vessel},    // Blood vessel
    TypeCode{"T-48810", "SRT", SegmentRole::vessel},    // Portal vein
    TypeCode{"T-48720", "SRT", SegmentRole::vessel},    // Hepatic vein
    TypeCode{"T-46420", "SRT", SegmentRole::vessel},    // Hepatic artery
    TypeCode{"T-48710", "SRT", SegmentRole::vessel},    // Inferior vena cava
    TypeCode{"10200004", "SCT", SegmentRole::liver},    // Liver
    TypeCode{"T-62000", "SRT", SegmentRole::liver},     // Liver
    TypeCode{"T-62002", "SRT", SegmentRole::liver},     // Liver, as CID 7166 once had it
};

std::optional<SegmentRole> role_of(const engine::CodedConcept& type) {
  // "SNM3" and "99SDM" are older designators of the codes that became SRT (PS3.16 8.1).
  const bool retired = type.scheme == "SNM3" || type.scheme == "99SDM";
  const std::string_view scheme = retired ? std::string_view("SRT") : std::string_view(type.scheme);
  const auto found = std::find_if(type_codes.begin(), type_codes.end(), [&](const TypeCode& code) {
    return code.value == type.value && code.scheme == scheme;
  });
  if (found == type_codes.end()) return std::nullopt;
  return found->role;
}

std::string shown(const engine::CodedConcept& type) {
  if (type.empty()) return "no property type";
  return "property type (" + type.value + ", " + type.scheme + ", " + type.meaning + ")";
}

class LabelMatcher {
 public:
  explicit LabelMatcher(std::span<const config::LabelRule> rules) {
    for (const config::LabelRule& rule : rules) add(rule);
    for (const config::LabelRule& rule : default_label_rules()) add(rule);
  }

  const config::LabelRule* find(const std::string& label) const {
    // Segment Label is LO, 64 characters; std::regex recurses for each one of what a stranger may send
    // instead.
    const std::string bounded = label.substr(0, 256);
    const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const auto& rule) {
      return std::regex_search(bounded, rule.second);
    });
    return found == rules_.end() ? nullptr : &found->first;
  }

 private:
  void add(const config::LabelRule& rule) {
    try {
      rules_.emplace_back(rule, std::regex(rule.pattern, std::regex::ECMAScript | std::regex::icase));
    } catch (const std::regex_error&) {
      throw RejectedInput(RejectionReason::invalid_settings,
                          "the label rule \"" + rule.pattern + "\" is no regular expression");
    }
  }

  std::vector<std::pair<config::LabelRule, std::regex>> rules_;
};

}  // namespace

const std::vector<config::LabelRule>& default_label_rules() {
  // \b would take the digits and underscores of "HCC_1" for parts of the word.
  static const std::vector<config::LabelRule> rules{
      {"(^|[^a-z])(no|non|not|without|minus|excluding|peri)[ _-]*(lesion|tumou?r|mass|met|nodul|neoplas|hcc)",
       "ignore"},
      {"(lesion|tumou?r|mass|metastas[ei]s|nodule|neoplasm|hcc)s?[ _-]*free", "ignore"},
      {"(^|[^a-z])(lesions?|tumou?rs?|mass(es)?|metastas[ei]s|mets?|nodules?|neoplasms?|hccs?|icc|crlm|gtv)"
       "([^a-z]|$)",
       "lesion"},
      {"^ *(whole[ _-]*)?liver([ _-]*(parenchyma|mask|organ))? *$", "liver"},
      {"(^|[^a-z])(vessels?|vasculature|veins?|vena|arter(y|ies))([^a-z]|$)", "vessel"},
  };
  return rules;
}

SegmentSelection select_segments(std::span<const engine::SegmentMask> segments,
                                 std::span<const config::LabelRule> rules) {
  const LabelMatcher labels(rules);
  SegmentSelection selection;
  const auto add = [&selection](const engine::SegmentMask& segment, SegmentRole role,
                                const std::string& why) {
    if (role != SegmentRole::vessel) {
      selection.selected.push_back({segment.segment_number, role, why});
      return;
    }
    selection.vessels.push_back(segment.segment_number);
    selection.ignored.push_back({segment.segment_number, segment.label,
                                 why + " says vessel: kept out of derived regions, not measured itself"});
  };
  for (const engine::SegmentMask& segment : segments) {
    if (const auto role = role_of(segment.type)) {
      add(segment, *role, shown(segment.type));
      continue;
    }
    const config::LabelRule* rule = labels.find(segment.label);
    if (rule == nullptr) {
      selection.ignored.push_back(
          {segment.segment_number, segment.label,
           shown(segment.type) + " is neither a lesion nor the liver, and no label rule fits"});
    } else if (rule->role == "ignore") {
      selection.ignored.push_back(
          {segment.segment_number, segment.label, "label rule \"" + rule->pattern + "\" says ignore"});
    } else {
      const SegmentRole role = rule->role == "liver"    ? SegmentRole::liver
                               : rule->role == "vessel" ? SegmentRole::vessel
                                                        : SegmentRole::lesion;
      add(segment, role, "label rule \"" + rule->pattern + "\"");
    }
  }
  return selection;
}

}  // namespace glisson::server
