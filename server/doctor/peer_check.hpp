#pragma once

#include <vector>

#include "config/settings.hpp"
#include "server/doctor/check_step.hpp"
#include "storage/database.hpp"
#include "storage/peers.hpp"

namespace glisson::server {

/// Tries a peer step by step, from the name of its host to the way back, and says of each what came of it and
/// what to change on which side. Sends no instance, asks for none that exists, and takes up to a minute where
/// a peer is silent. Steps that make no sense after a failure are left
/// out.
/// @throws TransientError when the database does not answer; never for what the peer does.
std::vector<CheckStep> check_peer(const config::Settings& settings, storage::Database& database,
                                  const storage::Peer& peer);

}  // namespace glisson::server
