#pragma once

#include <string>
#include <vector>

namespace glisson::tests {

/// What reports consist of, as parts of docs/conformance_statement.md: read from reports that the code
/// writes, one with everything that a report can have and one with as little as possible.
class ReportTables {
 public:
  ReportTables();

  /// Attributes of the three SR IODs by module, with their presence (PS3.2: ALWAYS, ANAP, VNAP, EMPTY).
  /// @throws std::runtime_error for an attribute that no module is known of.
  std::string attributes() const;
  /// The content tree with relationships, value types, concept names and templates.
  std::string content_tree() const;
  /// The private coding scheme.
  /// @throws std::runtime_error for a private code in a report that the dictionary lacks.
  std::string private_codes() const;
  /// Coding schemes of the codes that stand in reports.
  std::string coding_schemes() const;

 private:
  std::string full_;                  ///< Comprehensive 3D.
  std::string enhanced_;              ///< Of the same results.
  std::vector<std::string> reduced_;  ///< Each without something that a report need not have.
};

}  // namespace glisson::tests
