#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::config {

struct TomlEntry;

/// A value of a TOML document with the line on which it stands. Dates and times are not used by any of our
/// files; the parser refuses them.
struct TomlValue {
  using Array = std::vector<TomlValue>;
  using Table = std::vector<TomlEntry>;  ///< Sorted by key.

  std::variant<bool, std::int64_t, double, std::string, Array, Table> value;
  int line = 0;

  const Table* table() const { return std::get_if<Table>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
};

struct TomlEntry {
  std::string key;
  TomlValue value;
};

/// The value under `key`, or null.
const TomlValue* find(const TomlValue::Table& table, std::string_view key);

/// Where a document comes from, and as what its faults are reported.
struct TomlSource {
  std::string name;        ///< e.g. the file's path.
  RejectionReason reason;  ///< e.g. invalid_settings.

  /// @throws RejectedInput always: "<name>:<line>: <what>".
  [[noreturn]] void refuse(int line, std::string_view what) const;
  /// @throws RejectedInput when the table holds a key that `known` does not list.
  void refuse_unknown_keys(const TomlValue::Table& table, const std::vector<std::string_view>& known,
                           std::string_view where) const;

  /// The typed content of a value. An integer is accepted where a number is asked for.
  /// @throws RejectedInput when the value has another type; numbers must be finite.
  const std::string& text(const TomlValue& value, std::string_view key) const;
  bool boolean(const TomlValue& value, std::string_view key) const;
  std::int64_t integer(const TomlValue& value, std::string_view key) const;
  double number(const TomlValue& value, std::string_view key) const;
  const TomlValue::Array& array(const TomlValue& value, std::string_view key) const;
  const TomlValue::Table& table(const TomlValue& value, std::string_view key) const;
};

/// Parses TOML 1.0.
/// @throws RejectedInput of the source's reason, with source and line, where the text is not TOML.
TomlValue parse_toml(std::string_view toml, const TomlSource& source);

/// The content of a text file.
/// @throws RejectedInput of the reason, when it cannot be read or has more than 1 MiB.
std::string read_text(const std::filesystem::path& file, RejectionReason reason);

/// Text as a TOML basic string, with quotes.
std::string quoted_toml(std::string_view text);

}  // namespace glisson::config
