#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Internal to storage/; array_literal() of texts that are all present is in connection.hpp.

namespace glisson::storage {

/// Array literals as PostgreSQL reads them for text[] and double precision[] (PostgreSQL manual, 8.15). An
/// absent element becomes NULL. Numbers are written so that reading them gives the same bits.
/// @throws std::logic_error for NaN: an undefined value is absent and has a reason beside it.
std::string array_literal(std::span<const std::optional<std::string>> texts);
std::string array_literal(std::span<const double> numbers);
std::string array_literal(std::span<const std::optional<double>> numbers);

/// A number as PostgreSQL reads it, bit for bit.
/// @throws std::logic_error for NaN.
std::string number_literal(double number);

}  // namespace glisson::storage
