#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// What somebody should know although no job stands for it. New kinds are added at the end.
enum class AlertKind {
  store_disk_full,            ///< Subject: the node. Closed when it receives again.
  database_disk_full,         ///< Likewise.
  queue_full,                 ///< Likewise.
  study_too_large,            ///< Subject: Study Instance UID; instances of it were refused.
  malformed_request,          ///< Subject: calling AE title and address of the sender.
  destination_takes_nothing,  ///< Subject: the peer's name. Closed when it takes a report.
  file_repaired,              ///< Subject: Study Instance UID; a file that was lost came again.
  foreign_store,              ///< Subject: the node. Closed when its instance store is the database's again.
  audit_collector_silent,     ///< Subject: audit.collector. Closed when it takes messages again.
  settings_refused,           ///< Subject: the node; its settings file is bad, and those before stay.
  restart_needed,             ///< Subject: the node; settings changed that hold from the next start.
  refused_not_kept,           ///< Subject: the node; refused objects gave way to a bound or a full disk.
};
std::string_view keyword(AlertKind kind) noexcept;

/// Raises an alert, or counts it once more where one of this kind and subject is open.
/// @param detail what happened, as a sentence without patient data.
/// @param study_instance_uid the study that it is about; empty: none.
void raise_alert(Database& database, AlertKind kind, const std::string& subject, const std::string& detail,
                 const std::string& study_instance_uid = {});

/// Closes the open alert of this kind and subject, if there is one.
/// @return whether there was one.
bool close_alert(Database& database, AlertKind kind, const std::string& subject);
/// Closes an alert by its number; false when no open alert has it.
bool close_alert(Database& database, std::int64_t id);

struct AlertView {
  std::int64_t id = 0;
  std::string kind;
  std::string subject;
  std::string detail;
  std::string study_instance_uid;
  std::string raised_at;  ///< ISO 8601.
  std::string last_at;
  std::string closed_at;  ///< Empty while open.
  std::uint64_t times = 0;
};
/// The latest first.
/// @param closed_too also those that are over.
std::vector<AlertView> list_alerts(Database& database, bool closed_too, int limit);

/// Open alerts of one kind.
struct AlertCount {
  std::string kind;
  std::uint64_t open = 0;
};
/// Of every kind of which there ever was one.
std::vector<AlertCount> count_open_alerts(Database& database);

}  // namespace glisson::storage
