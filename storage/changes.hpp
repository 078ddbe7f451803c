#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// Who changes something, and why. Kept with every change of peers, accounts and jobs.
struct Author {
  std::string name;    ///< Account of the web pages or user of the operating system.
  std::string reason;  ///< As the person said; empty where nobody asked.
};

/// The user of the operating system who runs this process; behind sudo the one who called it. Its number
/// where it has no name.
Author command_line_author();

/// A change as the pages show it.
struct Change {
  std::int64_t id = 0;
  std::string at;  ///< ISO 8601.
  std::string who;
  std::string what;     ///< "peer", "account" or "job".
  std::string subject;  ///< Name of the peer or account, number of the job.
  std::string reason;
  std::string old_values;  ///< JSON object, or empty: it was not there.
  std::string new_values;  ///< JSON object, or empty: it was removed.
};

/// The latest first.
/// @param before only those older than this one; 0: from the latest on.
std::vector<Change> list_changes(Database& database, int limit, std::int64_t before = 0);

}  // namespace glisson::storage
