#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::storage {

/// The connection broke during COMMIT: nobody knows whether the transaction took place. What belongs to it
/// outside the database (a published file) must stay; reconciliation decides later.
class InDoubtError : public TransientError {
 public:
  using TransientError::TransientError;
};

/// The connection is gone and, by Database::never_reconnect(), not opened again.
class ConnectionLost : public TransientError {
 public:
  using TransientError::TransientError;
};

/// One connection to PostgreSQL whose schema is at the version of this binary. Not for several threads at
/// once. A statement is given ten seconds (TransientError then, nothing was changed). A server that does not
/// answer at all for fifteen is given up as if the connection had been lost. A connection that was lost is
/// opened again at the next use; the call in which it broke throws TransientError, or InDoubtError when it
/// broke during COMMIT. Every call on a Database may throw TransientError, and std::logic_error when the
/// server refuses a statement.
class Database {
 public:
  /// Connects and brings the schema up to date (one process at a time, under an advisory lock).
  /// @param url libpq connection string or URI.
  /// @param application_name shown in pg_stat_activity, e.g. "glisson association 3".
  /// @throws TransientError when the server does not answer or is starting up;
  ///         RejectedInput unusable_database when the schema is newer than the binary or a migration's
  ///         checksum differs from the one applied.
  Database(std::string url, std::string application_name);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// From now on a connection that was lost stays lost: the call in which it broke throws as ever, each later
  /// one ConnectionLost. For processes that may open no more sockets.
  void never_reconnect();
  /// Whether the connection stands, as far as this side knows: the server is not asked.
  bool is_connected();
  /// For poll(): readable without a question to the server once there is news, such as the end of the
  /// connection. -1: there is no connection.
  int descriptor();

  /// Blocks until a notification on one of the channels arrives, the time is over or a signal is caught. The
  /// first call for a channel, also after the connection was lost, returns true at once: what was notified
  /// before anybody listened is not known.
  /// @return true when there may be something to do.
  bool wait_for_any_notification(const std::vector<std::string>& channels, std::chrono::milliseconds at_most);
  bool wait_for_notification(const std::string& channel, std::chrono::milliseconds at_most);

  class Connection;  ///< The pqxx connection; known to storage/ only.
  Connection& connection() { return *connection_; }

 private:
  std::unique_ptr<Connection> connection_;
};

/// Whether the server takes a connection and finds the database within the time, so that to connect holds up
/// nobody while it is down or frozen. Never throws for what the server does.
bool answers_within(const std::string& url, std::chrono::milliseconds at_most);

/// One migration as it stands in the binary and in the database.
struct MigrationStatus {
  std::string name;        ///< File name, e.g. "0001_schema.sql".
  std::string checksum;    ///< SHA-256 of the file, lower-case hex.
  std::string applied_at;  ///< ISO 8601, empty when not applied.
};

/// Lists migrations without applying any.
std::vector<MigrationStatus> migration_status(const std::string& url);

/// Applies what is missing; returns the names applied.
std::vector<std::string> migrate(const std::string& url);

}  // namespace glisson::storage
