#include "engine/risk/unit_conversion.hpp"

#include <algorithm>
#include <array>

namespace glisson::engine {
namespace {

/// Units of one kind convert into each other by the ratio of their sizes.
struct Unit {
  std::string_view code;  ///< UCUM, case-sensitive.
  std::string_view kind;
  double size;
};

constexpr std::array units{
    Unit{"1", "number", 1},
    Unit{"%", "number", 0.01},
    Unit{"mm", "length", 1},
    Unit{"cm", "length", 10},
    Unit{"mm2", "area", 1},
    Unit{"cm2", "area", 100},
    Unit{"mm3", "volume", 1},
    Unit{"cm3", "volume", 1000},
    Unit{"mL", "volume", 1000},
    Unit{"ml", "volume", 1000},
    Unit{"mm-1", "reciprocal length", 1},
    Unit{"/mm", "reciprocal length", 1},
    Unit{"[hnsf'U]", "attenuation", 1},
    Unit{"[hnsf'U]2", "squared attenuation", 1},
    Unit{"mm3.[hnsf'U]2", "volume times squared attenuation", 1},
    Unit{"g/L", "mass concentration", 1},
    Unit{"g/dL", "mass concentration", 10},
    Unit{"mg/dL", "mass concentration", 0.01},
    Unit{"mg/L", "mass concentration", 0.001},
    Unit{"ug/L", "mass concentration", 1e-6},
    Unit{"ng/mL", "mass concentration", 1e-6},
    Unit{"umol/L", "substance concentration", 1},
    Unit{"mmol/L", "substance concentration", 1000},
    Unit{"10*9/L", "number concentration", 1},
    Unit{"10*3/uL", "number concentration", 1},
    Unit{"U/L", "catalytic concentration", 1},
    Unit{"a", "time", 12},
    Unit{"mo", "time", 1},
    Unit{"bit", "information", 1},
};

const Unit* find_unit(std::string_view code) noexcept {
  const auto unit = std::ranges::find(units, code, &Unit::code);
  return unit == units.end() ? nullptr : &*unit;
}

}  // namespace

bool is_known_unit(std::string_view unit) noexcept { return find_unit(unit) != nullptr; }

std::optional<double> convert_unit(double value, std::string_view from, std::string_view to) noexcept {
  if (from == to) return value;
  const Unit* source = find_unit(from);
  const Unit* target = find_unit(to);
  if (source == nullptr || target == nullptr || source->kind != target->kind) return std::nullopt;
  return value * source->size / target->size;
}

}  // namespace glisson::engine
