#pragma once

#include <vector>

#include "dicom/network/probe.hpp"
#include "server/doctor/association_words.hpp"
#include "server/doctor/check_step.hpp"
#include "storage/database.hpp"
#include "storage/peers.hpp"

namespace glisson::server {

/// What is proposed to learn whether a peer takes reports: the SR IODs that they go out as, the preferred one
/// first, and image classes that show whether storing is allowed at all.
std::vector<dicom::SopClassUid> report_proposal();

/// @param outcome of an association that proposed report_proposal(), with a peer that answers C-ECHO.
std::vector<CheckStep> report_steps(const dicom::ProbeOutcome& outcome, const storage::Peer& peer,
                                    const OurEntry& ours);

/// What became of the reports so far: what a peer says to a C-STORE no negotiation shows.
CheckStep deliveries_step(storage::Database& database, const storage::Peer& peer, const OurEntry& ours);

}  // namespace glisson::server
