#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/database.hpp"
#include "storage/peers.hpp"

namespace glisson::storage {

/// An association in which the peer called this node.
struct PeerCall {
  std::int64_t association_id = 0;
  std::string called;
  std::string address;
  std::string at;  ///< ISO 8601.
  std::uint64_t stored = 0;
};

/// What became of the reports for a peer.
struct PeerDeliveries {
  std::uint64_t delivered = 0;
  std::uint64_t standing = 0;  ///< Blocked, or failed and tried again.
  std::string last_delivered;  ///< ISO 8601; empty: never.
  /// Of the last attempt, where that was none that succeeded.
  std::int64_t failed_job = 0;
  std::string failed_at;
  std::string reason;
  std::string detail;
};

/// The peer's last association that was admitted for more than C-ECHO; none: it never called.
std::optional<PeerCall> last_call(Database& database, const Peer& peer);
PeerDeliveries deliveries_to(Database& database, const Peer& peer);
/// True when a purpose, a responsible person and a term that is not over are declared; else reports are held.
bool releases_reports(Database& database, const Peer& peer);

}  // namespace glisson::storage
