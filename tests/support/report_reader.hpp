#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace glisson::tests {

/// A content item of an SR document as its data set holds it.
struct ReadItem {
  std::string relationship;  ///< "CONTAINS", ...
  std::string type;          ///< "NUM", ...
  std::string name;          ///< Code Value of the concept name, empty where absent.
  std::string scheme;
  std::string meaning;
  std::string value;           ///< Text, UID, Numeric Value, Code Value, SOP Instance UID, Graphic Data.
  std::string value_scheme;    ///< Of a code.
  std::string value_meaning;   ///< Of a code.
  std::string unit;            ///< Of a number.
  std::string segments;        ///< Of an image: Referenced Segment Number.
  std::vector<double> binary;  ///< Of a number: Floating Point Value.
  std::vector<ReadItem> children;

  /// All items below this one with that concept name, in document order.
  std::vector<const ReadItem*> all(const std::string& concept_name) const;
  /// The only child with that concept name.
  /// @throws std::runtime_error when there are none or several.
  const ReadItem& child(const std::string& concept_name) const;
  bool has_child(const std::string& concept_name) const;
};

/// Where an attribute stands: tags with item numbers, e.g. "(0008,1030)" or "(0040,a370)[0].(0008,0050)"
/// (the syntax of DCMTK's path access, with keywords allowed).
class ReadReport {
 public:
  explicit ReadReport(std::span<const std::byte> part10);

  /// The attribute as text; "<absent>" where the data set does not hold it.
  std::string attribute(const std::string& path) const;
  ReadItem root;

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace glisson::tests
