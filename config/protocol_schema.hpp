#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml_document.hpp"
#include "engine/extraction_protocol.hpp"

// Internal to config/: the table from which protocol files are parsed and docs/protocols.md is written.

namespace glisson::config {

/// A protocol while its file is read.
struct ProtocolDraft {
  engine::ExtractionProtocol protocol;
  engine::PyRadiomicsSettings pyradiomics;
  engine::IbsiExtraction ibsi;
  std::vector<std::string> image_types{"original"};  ///< As the file names them.
  std::vector<double> log_sigma;                     ///< mm
  engine::Wavelet wavelet;
  std::map<std::string, int, std::less<>> lines;  ///< Of the keys that the file sets, as "section.key".

  bool sets(std::string_view key) const { return lines.contains(key); }
  int line_of(std::string_view key) const {
    const auto found = lines.find(key);
    return found == lines.end() ? 1 : found->second;
  }
};

/// One key of a protocol file: how it is read, checked and explained.
struct ProtocolKey {
  std::string section;   ///< Table in which it stands; empty at the top level.
  std::string name;      ///< e.g. "bin_width".
  std::string form;      ///< What it must be, as in "must be ...".
  std::string standard;  ///< TOML text of what holds where it is absent, or what absence means in words.
  std::string meaning;   ///< One sentence, with the unit.
  bool required = false;
  /// @throws RejectedInput through TomlSource::refuse().
  std::function<void(ProtocolDraft&, const TomlSource&, const TomlValue&)> read;

  std::string path() const { return section.empty() ? name : section + "." + name; }
};

/// Values that contradict each other, each right by itself.
using ContradictionCheck = void (*)(const ProtocolDraft&, const TomlSource&);

/// A convention: its keyword in the file, its keys in the order of the reference, its contradictions.
struct ProtocolSchema {
  std::string convention;
  std::string explanation;  ///< A paragraph for the reference.
  std::vector<ProtocolKey> keys;
  std::vector<ContradictionCheck> contradictions;
  std::function<void(ProtocolDraft&)> finish;  ///< Puts the settings into the protocol.
};

/// The schemas of all conventions; the first holds where a file names none.
const std::vector<ProtocolSchema>& protocol_schemas();

ProtocolSchema pyradiomics_schema();
std::vector<ProtocolKey> image_type_keys();
void refuse_settings_without_their_type(const ProtocolDraft& draft, const TomlSource& source);
std::vector<engine::ImageType> image_types_of(const ProtocolDraft& draft);
ProtocolSchema ibsi_schema();
ProtocolKey filters_key();
std::vector<ProtocolKey> filter_keys();  ///< Of each type of filter, a section for each.
std::vector<ProtocolKey> derived_region_keys();
std::string derived_region_explanation();  ///< A paragraph for the reference.

/// Names in quotes, for the form of a key: "nearest", "linear".
std::string quoted_list(const std::vector<std::string_view>& names);

// Typed content within bounds. All throw RejectedInput through TomlSource::refuse(): "<key> must be <form>".
double number_within(const TomlSource& source, const TomlValue& value, std::string_view key, double lowest,
                     double highest, std::string_view form);
int whole_number_within(const TomlSource& source, const TomlValue& value, std::string_view key, int lowest,
                        int highest, std::string_view form);
/// One or more numbers, none of them twice.
std::vector<double> numbers_within(const TomlSource& source, const TomlValue& value, std::string_view key,
                                   double lowest, double highest, std::string_view form);
/// Three numbers: x, y, z.
std::array<double, 3> three_numbers_within(const TomlSource& source, const TomlValue& value,
                                           std::string_view key, double lowest, double highest,
                                           std::string_view form);
/// One or more of the names known, none of them twice; `kind` names what they are, e.g. "feature class".
std::vector<std::string> names_among(const TomlSource& source, const TomlValue& value, std::string_view key,
                                     std::string_view kind, const std::vector<std::string_view>& known);
/// The position of one of the names known.
std::size_t choice_among(const TomlSource& source, const TomlValue& value, std::string_view key,
                         const std::vector<std::string_view>& known);

}  // namespace glisson::config
