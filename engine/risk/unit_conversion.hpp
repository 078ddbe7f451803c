#pragma once

#include <optional>
#include <string_view>

namespace glisson::engine {

/// Whether `unit` is a UCUM unit that models and features use.
bool is_known_unit(std::string_view unit) noexcept;

/// `value` in unit `from` expressed in unit `to` (both UCUM, case-sensitive): 15 mm is 1.5 cm.
/// None when the units measure different things or are not known; between equal units any value stays.
std::optional<double> convert_unit(double value, std::string_view from, std::string_view to) noexcept;

}  // namespace glisson::engine
