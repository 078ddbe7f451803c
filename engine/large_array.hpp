#pragma once

#include <cstddef>
#include <vector>

namespace glisson::engine {

/// Asks the system to back memory that was not touched yet by huge pages (transparent huge pages of Linux):
/// an image of 50 MB is then 26 pages to fault in, not 13,000. A wish: nothing fails without them.
void prefer_huge_pages(void* memory, std::size_t bytes) noexcept;

/// `count` zeros, in huge pages where the system has them. For arrays of a whole image, which are written in
/// full.
template <typename Value>
std::vector<Value> large_array(std::size_t count) {
  std::vector<Value> values;
  values.reserve(count);
  prefer_huge_pages(values.data(), count * sizeof(Value));
  values.resize(count);
  return values;
}

}  // namespace glisson::engine
