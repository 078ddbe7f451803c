#pragma once

#include <optional>
#include <vector>

#include "config/settings.hpp"
#include "dicom/network/association.hpp"
#include "server/control_socket.hpp"
#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {

/// The own title that an association calls: the one of that name (compared case-sensitively), else the one
/// that answers to any title; null when there is none.
const config::ApplicationEntity* called_entity(const std::vector<config::ApplicationEntity>& entities,
                                               const dicom::AeTitle& called);

/// True when the association is for Verification alone and the title answers C-ECHO to everyone: then it does
/// not matter who the peer is.
bool is_open_to_all(const config::ApplicationEntity& entity, const dicom::AssociationRequest& request);

/// Why whoever calls under a peer's title is not taken for the peer: its address or its certificate; none
/// when it is.
std::optional<storage::AssociationRefusal> mistaken(const storage::Peer& peer,
                                                    const ConnectionOrigin& origin);

/// Whether a peer may have the association that it asks for. A request that is_open_to_all() is none of this
/// function's business.
/// @param peer the peer with the calling title, if there is one.
/// @return why not; none when it may.
std::optional<storage::AssociationRefusal> judge(const config::ApplicationEntity& entity,
                                                 const std::optional<storage::Peer>& peer,
                                                 const dicom::AssociationRequest& request,
                                                 const ConnectionOrigin& origin);

/// What the peer is told (PS3.8 9.3.4). From an address that is not allowed, or without the certificate that
/// it is bound to, a title is as unknown as any: the peer is not told which it was.
dicom::Admission answer_to(storage::AssociationRefusal refusal);

}  // namespace glisson::server
