#include "server/admission/access_policy.hpp"

#include <algorithm>

#include "server/tls/certificate.hpp"

namespace glisson::server {

using config::ApplicationEntity;
using Refusal = storage::AssociationRefusal;

const ApplicationEntity* called_entity(const std::vector<ApplicationEntity>& entities,
                                       const dicom::AeTitle& called) {
  const auto of_title = std::ranges::find_if(entities, [&](const ApplicationEntity& entity) {
    return dicom::AeTitle(entity.title) == called;  // Trims what the settings may have padded.
  });
  if (of_title != entities.end()) return &*of_title;
  const auto of_any = std::ranges::find_if(entities, &ApplicationEntity::any_called_title);
  return of_any == entities.end() ? nullptr : &*of_any;
}

bool is_open_to_all(const ApplicationEntity& entity, const dicom::AssociationRequest& request) {
  return request.verification_only && entity.open_echo;
}

std::optional<Refusal> mistaken(const storage::Peer& peer, const ConnectionOrigin& origin) {
  if (!peer.may_call_from(origin.address)) return Refusal::address_not_allowed;
  if (peer.certificate.empty() ||
      is_bound_to(peer.certificate, origin.certificate_fingerprint, origin.certificate_subject)) {
    return std::nullopt;
  }
  return origin.certificate_fingerprint.empty() ? Refusal::certificate_missing
                                                : Refusal::certificate_not_bound;
}

std::optional<Refusal> judge(const ApplicationEntity& entity, const std::optional<storage::Peer>& peer,
                             const dicom::AssociationRequest& request, const ConnectionOrigin& origin) {
  if (!peer) return Refusal::calling_title_unknown;
  if (!entity.peers.empty() && std::ranges::find(entity.peers, peer->name) == entity.peers.end()) {
    return Refusal::title_not_for_peer;
  }
  if (const auto refusal = mistaken(*peer, origin)) return refusal;
  if (request.verification_only && !peer->may_echo) return Refusal::echo_not_permitted;
  if (!request.storage_classes.empty() && !peer->may_store) return Refusal::store_not_permitted;
  return std::nullopt;
}

dicom::Admission answer_to(Refusal refusal) {
  switch (refusal) {
    case Refusal::calling_title_unknown:
    case Refusal::address_not_allowed:
    case Refusal::certificate_missing:
    case Refusal::certificate_not_bound:
      return dicom::Admission::calling_title_not_recognized;
    case Refusal::called_title_unknown:
    case Refusal::title_not_for_peer:
      return dicom::Admission::called_title_not_recognized;
    case Refusal::malformed_request:
    case Refusal::store_not_permitted:
    case Refusal::echo_not_permitted:
      break;
  }
  return dicom::Admission::not_authorized;
}

}  // namespace glisson::server
