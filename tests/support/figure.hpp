#pragma once

#include <iostream>
#include <string_view>

namespace glisson::tests {

/// States what a test measured, for a row of docs/reliability.md: the line that tests/faults/ledger reads.
/// `name` and `unit` have no spaces.
template <typename Value>
void figure(int row, std::string_view name, const Value& value, std::string_view unit) {
  std::cout << "FIGURE " << row << ' ' << name << ' ' << value << ' ' << unit << std::endl;
}

}  // namespace glisson::tests
