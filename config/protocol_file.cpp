#include "config/protocol_file.hpp"

#include <algorithm>
#include <iterator>
#include <regex>
#include <span>
#include <string>

#include "config/protocol_schema.hpp"
#include "config/toml_document.hpp"
#include "engine/digest.hpp"
#include "engine/embedded_file.hpp"
#include "engine/errors.hpp"

namespace glisson {
std::span<const EmbeddedFile> shipped_protocols();  // written by the build from config/protocols
}  // namespace glisson

namespace glisson::config {
namespace {

using engine::ExtractionProtocol;

ProtocolKey text_key(const std::string& name, std::string ExtractionProtocol::*member, const char* pattern,
                     const std::string& form, std::string meaning) {
  const auto read = [name, member, form, expression = std::regex(pattern)](
                        ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
    const std::string& text = source.text(value, name);
    if (!std::regex_match(text, expression)) source.refuse(value.line, name + " must be " + form);
    draft.protocol.*member = text;
  };
  return {"", name, form, "", std::move(meaning), true, read};
}

const ProtocolSchema* schema_of(std::string_view convention) {
  const auto found = std::ranges::find(protocol_schemas(), convention, &ProtocolSchema::convention);
  return found == protocol_schemas().end() ? nullptr : &*found;
}

std::string convention_form() {
  std::string form;
  for (const ProtocolSchema& schema : protocol_schemas()) {
    form += (form.empty() ? "" : " or ") + quoted_toml(schema.convention);
  }
  return form;
}

std::vector<ProtocolKey> identity_keys() {
  using P = ExtractionProtocol;
  return {
      text_key("name", &P::name, "[a-z0-9][a-z0-9.-]{0,63}",
               "up to 64 lower-case letters, digits, dots and hyphens", "By which the protocol is chosen."),
      text_key("version", &P::version, "[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}",
               "three numbers with dots, such as 1.0.0", "Goes with every value, beside the file's digest."),
      text_key("description", &P::description, "[^\\n\\r]{1,200}", "one line of up to 200 characters",
               "One sentence for people."),
      {"", "convention", convention_form(), quoted_toml(protocol_schemas().front().convention),
       "Whose definitions hold; the tables below depend on it.", false,
       [](ProtocolDraft&, const TomlSource& source, const TomlValue& value) {
         if (schema_of(source.text(value, "convention")) == nullptr) {
           source.refuse(value.line, "convention must be " + convention_form());
         }
       }},
      {"", "lossy_images", "true or false", "false",
       "Measure images that were compressed with loss too; else such a series is refused.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         const auto* wanted = std::get_if<bool>(&value.value);
         if (wanted == nullptr) source.refuse(value.line, "lossy_images must be true or false");
         draft.protocol.lossy_images = *wanted;
       }},
  };
}

/// Every key that a file of the convention may hold, in the order of the reference.
std::vector<ProtocolKey> keys_of(const ProtocolSchema& schema) {
  std::vector<ProtocolKey> keys = identity_keys();
  std::ranges::copy(schema.keys, std::back_inserter(keys));
  std::ranges::move(derived_region_keys(), std::back_inserter(keys));
  return keys;
}

/// Reads the keys of one section; `line` is where it begins.
void read_section(const TomlSource& source, const TomlValue::Table& table, const std::string& section,
                  int line, const std::vector<ProtocolKey>& keys, ProtocolDraft& draft) {
  for (const ProtocolKey& key : keys) {
    if (key.section != section) continue;
    const TomlValue* value = find(table, key.name);
    if (value != nullptr) {
      key.read(draft, source, *value);
      draft.lines[key.path()] = value->line;
    } else if (key.required) {
      source.refuse(line, key.name + " is missing");
    }
  }
}

std::vector<std::string> sections_of(const std::vector<ProtocolKey>& keys) {
  std::vector<std::string> sections;
  for (const ProtocolKey& key : keys) {
    if (std::ranges::find(sections, key.section) == sections.end()) sections.push_back(key.section);
  }
  return sections;
}

std::vector<std::string_view> names_in(const std::string& section, const std::vector<ProtocolKey>& keys) {
  std::vector<std::string_view> names;
  for (const ProtocolKey& key : keys) {
    if (key.section == section) names.emplace_back(key.name);
  }
  return names;
}

bool is_required(const std::string& section, const std::vector<ProtocolKey>& keys) {
  return std::ranges::any_of(keys,
                             [&](const ProtocolKey& key) { return key.section == section && key.required; });
}

void read_sections(const TomlSource& source, const TomlValue::Table& root, const ProtocolSchema& schema,
                   ProtocolDraft& draft) {
  const std::vector<ProtocolKey> keys = keys_of(schema);
  const std::vector<std::string> sections = sections_of(keys);
  std::vector<std::string_view> known = names_in("", keys);
  for (const std::string& section : sections) {
    if (!section.empty()) known.emplace_back(section);
  }
  source.refuse_unknown_keys(root, known, "in a protocol of convention " + schema.convention);
  read_section(source, root, "", 1, keys, draft);
  for (const std::string& section : sections) {
    if (section.empty()) continue;
    const TomlValue* value = find(root, section);
    if (value == nullptr) {
      if (is_required(section, keys)) source.refuse(1, section + " is missing");
      continue;
    }
    draft.lines[section] = value->line;
    const TomlValue::Table& table = source.table(*value, section);
    source.refuse_unknown_keys(table, names_in(section, keys), "in [" + section + "]");
    read_section(source, table, section, value->line, keys, draft);
  }
}

/// A table for each section.
std::string key_tables(const std::vector<ProtocolKey>& keys) {
  std::string text;
  for (const std::string& section : sections_of(keys)) {
    if (!section.empty()) text += "\n### [" + section + "]\n";
    text += "\n| key | must be | where absent | meaning |\n|---|---|---|---|\n";
    for (const ProtocolKey& key : keys) {
      if (key.section != section) continue;
      text += "| `" + key.name + "` | " + key.form + " | " + (key.required ? "refused" : key.standard) +
              " | " + key.meaning + " |\n";
    }
  }
  return text;
}

std::vector<std::filesystem::path> protocol_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

ExtractionProtocol parse_protocol(std::string_view toml, std::string_view source_name) {
  const TomlSource source{std::string(source_name), RejectionReason::invalid_protocol};
  const TomlValue document = parse_toml(toml, source);
  const TomlValue::Table& root = source.table(document, "the protocol");
  const ProtocolSchema* schema = &protocol_schemas().front();
  if (const TomlValue* convention = find(root, "convention")) {
    schema = schema_of(source.text(*convention, "convention"));
    if (schema == nullptr) source.refuse(convention->line, "convention must be " + convention_form());
  }
  ProtocolDraft draft;
  read_sections(source, root, *schema, draft);
  for (const ContradictionCheck refuse_contradiction : schema->contradictions) {
    refuse_contradiction(draft, source);
  }
  schema->finish(draft);
  draft.protocol.digest = to_hex(sha256(toml));
  return draft.protocol;
}

std::vector<ExtractionProtocol> load_protocols(const std::filesystem::path& folder) {
  std::vector<ExtractionProtocol> protocols;
  const auto add = [&](ExtractionProtocol protocol, const std::string& source) {
    if (std::ranges::find(protocols, protocol.name, &ExtractionProtocol::name) != protocols.end()) {
      throw RejectedInput(RejectionReason::invalid_protocol,
                          source + ": another protocol bears the name " + protocol.name);
    }
    protocols.push_back(std::move(protocol));
  };
  for (const EmbeddedFile& file : shipped_protocols()) {
    add(parse_protocol(file.content, file.path), std::string(file.path));
  }
  for (const std::filesystem::path& file : protocol_files(folder)) {
    add(parse_protocol(read_text(file, RejectionReason::invalid_protocol), file.string()), file.string());
  }
  std::ranges::sort(protocols, {}, &ExtractionProtocol::name);
  return protocols;
}

ExtractionProtocol find_protocol(std::string_view name, const std::filesystem::path& folder) {
  // A file in the folder that is broken is no fault of one that ships, and cannot bear its name.
  for (const EmbeddedFile& file : shipped_protocols()) {
    ExtractionProtocol shipped = parse_protocol(file.content, file.path);
    if (shipped.name == name) return shipped;
  }
  std::string names;
  for (ExtractionProtocol& protocol : load_protocols(folder)) {
    if (protocol.name == name) return std::move(protocol);
    names += (names.empty() ? "" : ", ") + protocol.name;
  }
  throw RejectedInput(RejectionReason::unknown_protocol,
                      "no protocol " + quoted_toml(name) + "; there are " + names);
}

std::string protocol_reference() {
  std::string text =
      "## Shipped protocols\n\n| name | version | convention | description |\n|---|---|---|---|\n";
  for (const EmbeddedFile& file : shipped_protocols()) {
    const ExtractionProtocol protocol = parse_protocol(file.content, file.path);
    text += "| `" + protocol.name + "` | " + protocol.version + " | " +
            protocol_schemas()[protocol.settings.index()].convention + " | " + protocol.description + " |\n";
  }
  text += "\n## Every protocol\n" + key_tables(identity_keys());
  for (const ProtocolSchema& schema : protocol_schemas()) {
    text += "\n## convention = " + quoted_toml(schema.convention) + "\n\n" + schema.explanation + "\n" +
            key_tables(schema.keys);
    if (schema.convention == "ibsi") text += key_tables(filter_keys());
  }
  text += "\n## Derived regions, under every convention\n\n" + derived_region_explanation() + "\n" +
          key_tables(derived_region_keys());
  return text;
}

}  // namespace glisson::config
