#include "config/protocol_schema.hpp"

#include <algorithm>

namespace glisson::config {
namespace {

[[noreturn]] void refuse_form(const TomlSource& source, const TomlValue& value, std::string_view key,
                              std::string_view form) {
  source.refuse(value.line, std::string(key) + " must be " + std::string(form));
}

std::string list_of(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

}  // namespace

const std::vector<ProtocolSchema>& protocol_schemas() {
  static const std::vector<ProtocolSchema> schemas{pyradiomics_schema(), ibsi_schema()};
  return schemas;
}

std::string quoted_list(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + quoted_toml(name);
  return list;
}

double number_within(const TomlSource& source, const TomlValue& value, std::string_view key, double lowest,
                     double highest, std::string_view form) {
  const double number = source.number(value, key);
  if (number < lowest || number > highest) refuse_form(source, value, key, form);
  return number;
}

int whole_number_within(const TomlSource& source, const TomlValue& value, std::string_view key, int lowest,
                        int highest, std::string_view form) {
  const std::int64_t number = source.integer(value, key);
  if (number < lowest || number > highest) refuse_form(source, value, key, form);
  return static_cast<int>(number);
}

std::vector<double> numbers_within(const TomlSource& source, const TomlValue& value, std::string_view key,
                                   double lowest, double highest, std::string_view form) {
  std::vector<double> numbers;
  for (const TomlValue& element : source.array(value, key)) {
    const double number = number_within(source, element, key, lowest, highest, form);
    if (std::ranges::find(numbers, number) != numbers.end()) {
      source.refuse(element.line, "a value of " + std::string(key) + " stands twice");
    }
    numbers.push_back(number);
  }
  if (numbers.empty()) refuse_form(source, value, key, form);
  return numbers;
}

std::array<double, 3> three_numbers_within(const TomlSource& source, const TomlValue& value,
                                           std::string_view key, double lowest, double highest,
                                           std::string_view form) {
  const TomlValue::Array& axes = source.array(value, key);
  if (axes.size() != 3) {
    source.refuse(value.line, std::string(key) + " must have three numbers: x, y, z");
  }
  std::array<double, 3> numbers{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    numbers[axis] = number_within(source, axes[axis], key, lowest, highest, form);
  }
  return numbers;
}

std::vector<std::string> names_among(const TomlSource& source, const TomlValue& value, std::string_view key,
                                     std::string_view kind, const std::vector<std::string_view>& known) {
  std::vector<std::string> names;
  for (const TomlValue& element : source.array(value, key)) {
    const std::string& name = source.text(element, key);
    const std::string shown = std::string(kind) + " " + quoted_toml(name);
    if (std::ranges::find(known, name) == known.end()) {
      source.refuse(element.line, "no " + shown + "; there are " + list_of(known));
    }
    if (std::ranges::find(names, name) != names.end()) source.refuse(element.line, shown + " stands twice");
    names.push_back(name);
  }
  if (names.empty()) source.refuse(value.line, std::string(key) + " names no " + std::string(kind));
  return names;
}

std::size_t choice_among(const TomlSource& source, const TomlValue& value, std::string_view key,
                         const std::vector<std::string_view>& known) {
  const auto found = std::ranges::find(known, source.text(value, key));
  if (found == known.end()) refuse_form(source, value, key, "one of " + list_of(known));
  return static_cast<std::size_t>(found - known.begin());
}

}  // namespace glisson::config
