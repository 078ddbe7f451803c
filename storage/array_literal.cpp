#include "storage/array_literal.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace glisson::storage {
namespace {

std::string quoted(const std::string& text) {
  std::string literal = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') literal += '\\';
    literal += character;
  }
  return literal + '"';
}

template <typename Element, typename Write>
std::string braced(std::span<const Element> elements, Write write) {
  std::string literal = "{";
  for (const Element& element : elements) {
    if (literal.size() > 1) literal += ',';
    literal += write(element);
  }
  return literal + '}';
}

}  // namespace

std::string number_literal(double number) {
  if (std::isnan(number)) throw std::logic_error("NaN cannot be stored: an undefined value has a reason");
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), written.ptr};
}

std::string array_literal(std::span<const std::optional<std::string>> texts) {
  return braced(texts, [](const std::optional<std::string>& text) { return text ? quoted(*text) : "NULL"; });
}

std::string array_literal(std::span<const double> numbers) { return braced(numbers, number_literal); }

std::string array_literal(std::span<const std::optional<double>> numbers) {
  return braced(
      numbers, [](const std::optional<double>& number) { return number ? number_literal(*number) : "NULL"; });
}

}  // namespace glisson::storage
