#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

// The audit trail (DICOM PS3.15 A.5). Most events are written by triggers, in the transaction of the thing
// itself (storage/migrations/0015_audit.sql); those that no row stands for are written here.

/// One start of the service on a host.
struct ApplicationRun {
  std::string host;
  std::string run;      ///< Tells this start from every other one of any host.
  std::string process;  ///< Identifier of the process in the logs.
  std::vector<std::string> ae_titles;
  std::string folder;  ///< Data folder: with the host, whose earlier starts these are.
  std::chrono::system_clock::time_point started_at;
};

/// Writes the start, unless it is written. An earlier start on the same host and folder without an end gets
/// one, as failed: its processes were killed.
void record_application_start(Database& database, const ApplicationRun& run);
/// Writes the orderly end of a start, unless it is written.
void record_application_stop(Database& database, const ApplicationRun& run);

/// An attempt to sign in to the web pages.
struct SignIn {
  std::string account;  ///< As it was typed.
  std::string address;  ///< Numeric address of the browser.
  bool failed = false;
  bool locked_out = false;  ///< It failed, and further ones are refused for a while.
};
void record_sign_in(Database& database, const SignIn& sign_in);
void record_sign_out(Database& database, const std::string& account, const std::string& address);

/// Tells of transfers whose process was killed, and of refusals that were only counted; at most an hour late.
void audit_overdue(Database& database);

/// An event as the message tells it.
struct AuditEvent {
  std::int64_t id = 0;
  std::string kind;
  std::string at;     ///< RFC 3339, UTC, with microseconds.
  std::string host;   ///< Empty: not known.
  int outcome = 0;    ///< EventOutcomeIndicator.
  std::string facts;  ///< JSON object.
};

/// Gives each of the oldest events without a message the one that `compose` returns.
/// @return how many.
std::size_t compose_audit_messages(Database& database, int limit,
                                   const std::function<std::string(const AuditEvent&)>& compose);

/// A message for the collector.
struct AuditMessage {
  std::int64_t id = 0;
  std::string at;  ///< RFC 3339, UTC, with microseconds.
  std::string host;
  std::string text;
};

/// Hands the oldest waiting messages to `send` and notes them as sent when it returns; when it throws, they
/// go on waiting. Nobody else sends them meanwhile; a process that dies leaves them waiting.
/// @param send must return within ten seconds.
/// @return how many were sent.
std::size_t forward_audit_messages(Database& database, int limit,
                                   const std::function<void(const std::vector<AuditMessage>&)>& send);

/// What waits for the collector.
struct AuditBacklog {
  std::uint64_t waiting = 0;      ///< At most 100,000 are counted.
  std::chrono::seconds oldest{};  ///< Since the oldest of them happened; 0: none waits.
};
AuditBacklog audit_backlog(Database& database);

/// Deletes events older than so many days, at most 10,000 at a time.
/// @param sent_only keep those that the collector has not taken.
/// @return how many.
std::size_t forget_audit_events(Database& database, int days, bool sent_only);

}  // namespace glisson::storage
