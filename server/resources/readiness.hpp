#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "storage/database.hpp"
#include "storage/node_state.hpp"
#include "storage/pauses.hpp"

namespace glisson::server {

/// Name of this node in the database: its host name and data folder.
std::string node_name(const config::Settings& settings);

/// The reason for which a node refuses what an administrator does not want now.
inline constexpr std::string_view receive_paused = "receive_paused";

/// Whether this node takes what is sent to it.
struct Readiness {
  bool ready = false;
  /// Empty when ready; receive_paused, "database_does_not_answer", "upkeep_does_not_report", or as
  /// storage::Refusal::reason.
  std::string reason;
  std::string detail;                       ///< The reason as a sentence.
  std::optional<storage::NodeState> state;  ///< Where the database knows one.
  std::vector<storage::Pause> pauses;       ///< Of all hosts; those of other work leave it ready.
};

/// Asks the database. Never throws for want of it: that is an answer.
/// @param database connected where it is empty, and kept connected for the next call.
Readiness readiness(std::optional<storage::Database>& database, const config::Settings& settings);
/// @throws TransientError when the database does not answer.
Readiness readiness(storage::Database& database, const config::Settings& settings);

}  // namespace glisson::server
