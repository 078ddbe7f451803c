#include "config/toml_document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace glisson::config {
namespace {

int line_of(const toml::source_region& region) { return static_cast<int>(region.begin.line); }

TomlValue convert(const toml::node& node, const TomlSource& source) {
  TomlValue result{false, line_of(node.source())};
  if (const auto* table = node.as_table()) {
    TomlValue::Table entries;
    for (const auto& [key, child] : *table) {
      entries.push_back({std::string(key.str()), convert(child, source)});
      // The line of the key is what a reader looks for; tables by dotted header have none of their own.
      entries.back().value.line = line_of(key.source());
    }
    result.value = std::move(entries);
  } else if (const auto* array = node.as_array()) {
    TomlValue::Array values;
    for (const auto& child : *array) values.push_back(convert(child, source));
    result.value = std::move(values);
  } else if (const auto* text = node.as_string()) {
    result.value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    result.value = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    result.value = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    result.value = boolean->get();
  } else {
    source.refuse(result.line, "dates and times are not used here");
  }
  return result;
}

template <typename Type>
const Type& typed(const TomlSource& source, const TomlValue& value, std::string_view key,
                  std::string_view kind) {
  if (const auto* held = std::get_if<Type>(&value.value)) return *held;
  source.refuse(value.line, std::string(key) + " must be " + std::string(kind));
}

}  // namespace

const TomlValue* find(const TomlValue::Table& table, std::string_view key) {
  const auto entry = std::ranges::find(table, key, &TomlEntry::key);
  return entry == table.end() ? nullptr : &entry->value;
}

void TomlSource::refuse(int line, std::string_view what) const {
  throw RejectedInput(reason, name + ":" + std::to_string(line) + ": " + std::string(what));
}

void TomlSource::refuse_unknown_keys(const TomlValue::Table& table,
                                     const std::vector<std::string_view>& known,
                                     std::string_view where) const {
  for (const TomlEntry& entry : table) {
    if (std::ranges::find(known, entry.key) != known.end()) continue;
    std::string names;
    for (const std::string_view key : known) names += (names.empty() ? "" : ", ") + std::string(key);
    refuse(entry.value.line,
           "unknown key " + quoted_toml(entry.key) + " " + std::string(where) + "; known are " + names);
  }
}

const std::string& TomlSource::text(const TomlValue& value, std::string_view key) const {
  return typed<std::string>(*this, value, key, "text in quotes");
}

bool TomlSource::boolean(const TomlValue& value, std::string_view key) const {
  return typed<bool>(*this, value, key, "true or false");
}

std::int64_t TomlSource::integer(const TomlValue& value, std::string_view key) const {
  return typed<std::int64_t>(*this, value, key, "a whole number");
}

double TomlSource::number(const TomlValue& value, std::string_view key) const {
  if (const auto* whole = std::get_if<std::int64_t>(&value.value)) return static_cast<double>(*whole);
  const double result = typed<double>(*this, value, key, "a number");
  if (!std::isfinite(result)) refuse(value.line, std::string(key) + " must be finite");
  return result;
}

const TomlValue::Array& TomlSource::array(const TomlValue& value, std::string_view key) const {
  return typed<TomlValue::Array>(*this, value, key, "an array");
}

const TomlValue::Table& TomlSource::table(const TomlValue& value, std::string_view key) const {
  return typed<TomlValue::Table>(*this, value, key, "a table");
}

TomlValue parse_toml(std::string_view toml, const TomlSource& source) {
  try {
    return convert(toml::parse(toml), source);
  } catch (const toml::parse_error& error) {
    source.refuse(line_of(error.source()), error.description());
  }
}

std::string read_text(const std::filesystem::path& file, RejectionReason reason) {
  constexpr std::uintmax_t largest = 1 << 20;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  if (error || !stream.is_open()) throw RejectedInput(reason, file.string() + ": cannot be read");
  if (size > largest) throw RejectedInput(reason, file.string() + ": larger than 1 MiB");
  std::string content(size, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(size));
  content.resize(static_cast<std::size_t>(stream.gcount()));
  return content;
}

std::string quoted_toml(std::string_view text) {
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') {
      result += std::string{'\\', character};
    } else if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(character));
      result += escape;
    } else {
      result += character;
    }
  }
  return result + '"';
}

}  // namespace glisson::config
