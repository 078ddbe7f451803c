#pragma once

#include <string>

#include "storage/audit.hpp"

namespace glisson::server {

/// Who reports, where an event does not say it itself.
struct AuditSource {
  std::string id;        ///< AuditSourceID for all events; empty: the host of each event.
  std::string host;      ///< This host, for events that name none.
  std::string ae_title;  ///< Under which reports are sent.
};

/// The message of an event: XML, UTF-8, by the schema of DICOM PS3.15 A.5.1 and the table of its kind in
/// A.5.3. It carries what the standard demands, patient IDs among it: it is for PostgreSQL and the collector,
/// never for a log.
/// @throws std::logic_error for an event that storage/ does not write.
std::string audit_message(const storage::AuditEvent& event, const AuditSource& source);

}  // namespace glisson::server
