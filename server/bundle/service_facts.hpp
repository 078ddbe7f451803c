#pragma once

#include <string>

#include "server/status/status_facts.hpp"
#include "storage/database.hpp"

namespace glisson::server {

// What a support bundle tells of the service: titles, addresses and keywords, never patients, UIDs, or what
// people or peers wrote in their own words. All JSON, for people and programs.

/// The status without reasons of pauses, and without what alerts of studies are about.
StatusFacts without_free_text(StatusFacts facts);

/// Jobs that are not done: counted by kind, state and reason, and the 200 that need somebody first.
std::string queue_json(storage::Database& database);
/// Names, titles, addresses, rights and purposes; not who is responsible.
std::string peers_json(storage::Database& database);
/// Alerts, also closed ones.
std::string alerts_json(storage::Database& database);
/// What was turned away, by reason and address; not the titles that strangers gave themselves.
std::string refused_json(storage::Database& database);
/// Counts and sizes.
std::string figures_json(storage::Database& database);

}  // namespace glisson::server
