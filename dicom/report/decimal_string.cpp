#include "dicom/report/decimal_string.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace glisson::dicom {
namespace {

/// Short enough, and not rounded up beyond the largest number (which would read as infinity).
bool fits(const std::string& text) {
  constexpr std::size_t longest = 16;
  double read = 0;
  return text.size() <= longest &&
         std::from_chars(text.data(), text.data() + text.size(), read).ec == std::errc{};
}

}  // namespace

std::string decimal_string(double value) {
  if (!std::isfinite(value)) throw std::logic_error("a Decimal String holds finite numbers only");
  std::array<char, 64> buffer{};
  const auto shortest = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string text(buffer.data(), shortest.ptr);
  for (int precision = 16; !fits(text); --precision) {
    const auto rounded = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                       std::chars_format::general, precision);
    text.assign(buffer.data(), rounded.ptr);
  }
  return text;
}

}  // namespace glisson::dicom
