#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/doctor/association_words.hpp"
#include "server/doctor/check_step.hpp"
#include "storage/database.hpp"
#include "storage/peer_contacts.hpp"
#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {

/// What a peer said when it was asked to call us; absent: it was not asked.
struct WayBackAnswers {
  std::optional<dicom::ProbeOutcome> commitment;
  std::optional<dicom::ProbeOutcome> move;
};

/// What is known of the peer's calls: admitted and refused.
struct KnownCalls {
  std::optional<storage::PeerCall> admitted;
  std::optional<storage::RefusedAssociation>
      refused;  ///< The latest under its title, or of an unknown one from its address.
};
/// @param addresses of the peer's host.
KnownCalls known_calls(storage::Database& database, const storage::Peer& peer,
                       const std::vector<std::string>& addresses);

/// Whether the peer reaches us, by what it answered and by which calls arrived before and since.
/// @param before what was known before it was asked.
CheckStep way_back_step(const config::Settings& settings, storage::Database& database,
                        const storage::Peer& peer, const OurEntry& ours, const KnownCalls& before,
                        const KnownCalls& after, const WayBackAnswers& answers);

}  // namespace glisson::server
