#pragma once

#include <string>
#include <vector>

#include "tests/support/test_database.hpp"

namespace glisson::tests {

/// What the catalog of a migrated database says of the schema `glisson`, as parts of docs/database.md.
class SchemaTables {
 public:
  /// The schema must be in place.
  explicit SchemaTables(const TestDatabase& database) : database_(database) {}

  /// A section for each view: what it shows, and its columns.
  std::string views() const;
  /// A section for each table: what it holds, its columns, keys and indexes.
  std::string tables() const;
  /// The tables with their keys, and how rows refer to each other, as a Mermaid diagram.
  std::string diagram() const;
  /// "table" or "table.column", for each that no COMMENT explains.
  std::vector<std::string> unexplained() const;

 private:
  std::string sections(const std::string& kind) const;
  std::string columns(const std::string& relation) const;
  std::string keys(const std::string& relation) const;
  std::vector<std::string> relations(const std::string& kind) const;

  const TestDatabase& database_;
};

}  // namespace glisson::tests
