#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "storage/audit.hpp"

namespace glisson::server {

/// The syslog message (RFC 5424) that carries an audit message (DICOM PS3.15 A.6): facility 10, severity
/// notice, APP-NAME glisson, MSGID DICOM+RFC3881, structured data `meta` with the number of the event as
/// sequenceId and `origin`, and the XML after a byte order mark.
/// @param host of events that name none.
std::string syslog_message(const storage::AuditMessage& message, const std::string& host);

/// Sends messages to the collector of the settings, as syslog over TLS (RFC 5425), on a connection of their
/// own. Syslog knows no acknowledgement: so the connection is closed with close_notify, and this returns when
/// the collector has answered with its own, which it sends after it has read everything (RFC 5425 4.4). Takes
/// ten seconds at most.
/// @throws TransientError when the collector has not taken them all, as far as is known; RejectedInput
///         invalid_settings for files of certificates that cannot be used.
void send_to_collector(const config::Settings& settings, const std::vector<storage::AuditMessage>& messages);

}  // namespace glisson::server
