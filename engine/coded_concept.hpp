#pragma once

#include <string>

namespace glisson::engine {

/// A coded concept (PS3.3 8.8): what a code means is fixed by value and scheme; the meaning is for people.
struct CodedConcept {
  std::string value;    ///< Code Value, e.g. "10200004".
  std::string scheme;   ///< Coding Scheme Designator, e.g. "SCT".
  std::string meaning;  ///< Code Meaning, e.g. "Liver".

  bool empty() const { return value.empty(); }
  /// Same value and scheme; the meaning may be worded differently.
  bool operator==(const CodedConcept& other) const { return value == other.value && scheme == other.scheme; }
};

}  // namespace glisson::engine
