#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace glisson::engine {

/// Filters along an axis work on groups of lines, one in each lane, so that what is recursive along a line is
/// independent across lanes.
constexpr std::size_t lanes = 8;
using Lanes = std::array<double, lanes>;
using LineGroup = std::vector<Lanes>;  ///< [sample][line]

/// Copies `count` lines (1 to 8) into a group; sample n of line i is source[n * stride + i]. Lanes without a
/// line repeat the last one.
template <typename Value>
void load_lines(const Value* source, std::size_t stride, std::size_t count, LineGroup& group) {
  if (count == lanes) {
    for (std::size_t n = 0; n < group.size(); ++n) {
      for (std::size_t i = 0; i < lanes; ++i) group[n][i] = source[n * stride + i];
    }
    return;
  }
  for (std::size_t n = 0; n < group.size(); ++n) {
    for (std::size_t i = 0; i < lanes; ++i) group[n][i] = source[n * stride + std::min(i, count - 1)];
  }
}

/// Copies the lines back.
template <typename Value>
void store_lines(const LineGroup& group, std::size_t count, Value* target, std::size_t stride) {
  if (count == lanes) {
    for (std::size_t n = 0; n < group.size(); ++n) {
      for (std::size_t i = 0; i < lanes; ++i) target[n * stride + i] = static_cast<Value>(group[n][i]);
    }
    return;
  }
  for (std::size_t n = 0; n < group.size(); ++n) {
    for (std::size_t i = 0; i < count; ++i) target[n * stride + i] = static_cast<Value>(group[n][i]);
  }
}

/// The same for lines that are rows: sample n of line i is source[i * stride + n].
template <typename Value>
void load_rows(const Value* source, std::size_t stride, std::size_t count, LineGroup& group) {
  for (std::size_t i = 0; i < lanes; ++i) {
    const Value* row = source + std::min(i, count - 1) * stride;
    for (std::size_t n = 0; n < group.size(); ++n) group[n][i] = row[n];
  }
}
template <typename Value>
void store_rows(const LineGroup& group, std::size_t count, Value* target, std::size_t stride) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t n = 0; n < group.size(); ++n) target[i * stride + n] = static_cast<Value>(group[n][i]);
  }
}

}  // namespace glisson::engine
