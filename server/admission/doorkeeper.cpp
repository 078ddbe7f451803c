#include "server/admission/doorkeeper.hpp"

#include <fmt/format.h>

#include "server/admission/access_policy.hpp"
#include "server/log.hpp"
#include "storage/peers.hpp"

namespace glisson::server {

using Refusal = storage::AssociationRefusal;

Doorkeeper::Doorkeeper(const config::Settings& settings, std::function<storage::Database&()> database)
    : entities_(settings.application_entities()),
      entity_(&entities_.front()),
      database_(std::move(database)) {}

dicom::Admission Doorkeeper::admit(const dicom::AssociationRequest& request, const ConnectionOrigin& origin) {
  const auto refuse = [&](Refusal reason) {
    refused({reason, request.calling.value(), request.called.value(), origin.address}, origin.is_logged);
    return answer_to(reason);
  };
  const config::ApplicationEntity* const entity = called_entity(entities_, request.called);
  if (entity == nullptr) return refuse(Refusal::called_title_unknown);
  entity_ = entity;
  if (is_open_to_all(*entity, request)) return dicom::Admission::accepted;
  try {
    const auto refusal = judge(*entity, storage::find_peer(database_(), request.calling), request, origin);
    return refusal ? refuse(*refusal) : dicom::Admission::accepted;
  } catch (const std::exception& error) {
    if (origin.is_logged) log::warning(fmt::format("association refused for now: {}", error.what()));
    return dicom::Admission::congested;
  }
}

void Doorkeeper::note_unjudged(const dicom::AssociationSummary& summary, const ConnectionOrigin& origin) {
  if (!summary.unjudged) return;
  refused({Refusal::malformed_request, summary.calling.value(), summary.called.value(), summary.address},
          origin.is_logged);
}

void Doorkeeper::refused(const storage::RefusedAttempt& attempt, bool is_logged) {
  has_refused_ = true;
  if (is_logged) log::warning(fmt::format("association refused: {}", storage::keyword(attempt.reason)));
  try {
    storage::record_refused_association(database_(), attempt);
  } catch (const std::exception& error) {
    log::warning(fmt::format("refusal not kept: {}", error.what()));
  }
}

}  // namespace glisson::server
