#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// The analyses that are due and have not begun.
struct QueueLoad {
  std::uint64_t due = 0;          ///< How many.
  std::chrono::seconds oldest{};  ///< Since the oldest was due; 0 where there is none.
};

QueueLoad queue_load(Database& database);

/// Why a node refuses what is sent, for now.
struct Refusal {
  std::string reason;  ///< "foreign_store", "store_disk_full", "database_disk_full" or "queue_full".
  std::string detail;  ///< The same as a sentence.
};

/// Free bytes of a disk, and how many there must be.
struct DiskSpace {
  std::uint64_t free = 0;
  std::uint64_t mark = 0;
};

/// A node as its upkeep saw it last.
struct NodeState {
  std::string node;  ///< Host name and data folder.
  std::optional<Refusal> refusal;
  std::string
      since;  ///< ISO 8601: when it began to refuse or to receive. Not written by report_node_state().
  DiskSpace store;
  std::optional<DiskSpace> database;  ///< None where the database is another host's.
  QueueLoad queue;
  std::chrono::seconds age{};  ///< Since upkeep looked; before it did, by a clock that was set back,
                               ///< is as long ago. Not written by report_node_state().
};

/// A state that is older than this says nothing: upkeep does not run, or cannot write.
inline constexpr std::chrono::seconds node_state_expires{30};

/// Writes the state of one node; durable with the next transaction that is, for it repeats every few seconds.
void report_node_state(Database& database, const NodeState& state);

/// None when this node's upkeep has never reported.
std::optional<NodeState> node_state(Database& database, const std::string& node);

/// Why the node refuses what is sent; none when it receives, or its upkeep does not say.
std::optional<Refusal> refusal_of(Database& database, const std::string& node);

}  // namespace glisson::storage
