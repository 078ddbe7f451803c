#pragma once

#include <optional>
#include <string>

#include "config/settings.hpp"
#include "storage/database.hpp"
#include "storage/node_state.hpp"

namespace glisson::server {

/// Name of this node in the database: its host name and data folder.
std::string node_name(const config::Settings& settings);

/// Whether this node takes what is sent to it.
struct Readiness {
  bool ready = false;
  /// Empty when ready; "database_does_not_answer", "upkeep_does_not_report", or as storage::Refusal::reason.
  std::string reason;
  std::string detail;                       ///< The reason as a sentence.
  std::optional<storage::NodeState> state;  ///< Where the database knows one.
};

/// Asks the database. Never throws for want of it: that is an answer.
/// @param database connected where it is empty, and kept connected for the next call.
Readiness readiness(std::optional<storage::Database>& database, const config::Settings& settings);
/// @throws TransientError when the database does not answer.
Readiness readiness(storage::Database& database, const config::Settings& settings);

}  // namespace glisson::server
