#pragma once

#include <string>
#include <vector>

namespace glisson::tests {

// Parts of docs/conformance_statement.md about the network, from the tables that the code itself works by.

/// The services, as user and as provider.
std::string service_overview();
/// Every SOP class with its UID and role.
std::string sop_classes();
/// Every transfer syntax that is accepted, in order of preference, and what the analysis makes of it.
std::string transfer_syntaxes();
/// What reports are proposed as.
std::string report_contexts();
/// What `glisson peer check` proposes.
std::string check_contexts();
/// A-ASSOCIATE-RJ: result, source, reason, cause.
std::string rejections();
/// Why the access policy refuses, and what the peer is told.
std::string access_refusals();
/// Status codes of the C-STORE provider.
std::string store_statuses();
/// What the C-STORE user makes of the statuses that peers answer.
std::string status_meanings();
/// Implementation Class UID, version name, PDU lengths.
std::string implementation();
/// Settings of these sections, with their standard values.
std::string settings_of(const std::vector<std::string>& sections);

}  // namespace glisson::tests
