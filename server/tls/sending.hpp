#pragma once

#include <chrono>
#include <functional>

#include "config/settings.hpp"
#include "dicom/network/sender.hpp"
#include "storage/peers.hpp"

namespace glisson::server {

/// Sends to a peer in the way that its row asks for: plain or over TLS.
/// @param exchange what is done at the destination, on one association.
/// @return its outcome; where TLS failed, `detail` says why and what can be done about it.
dicom::SendOutcome send_to_peer(const config::Settings& settings, const storage::Peer& peer,
                                std::chrono::milliseconds timeout,
                                const std::function<dicom::SendOutcome(const dicom::Destination&)>& exchange);

}  // namespace glisson::server
